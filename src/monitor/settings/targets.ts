/** `notify` of the configuration: what each kind of target requires, and its defaults. */
import type { Target, ToldOf, WebhookForm, WebhookTarget } from '../model/targets.js';
import { Misfit } from '../../settings/form.js';

/** Settings as TARGET_ROWS read them: durations in ms, secrets filled in. */
interface Values {
  readonly type: Target['type'];
  readonly on: readonly ToldOf[];
  readonly group_wait?: number;
  readonly remind_every?: number;
  readonly timeout: number;
  readonly tries: number;
  readonly url?: string;
  readonly secret?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly template: WebhookForm['template'];
  readonly bot_token?: string;
  readonly chat_id?: string | number;
  readonly routing_key?: string;
  readonly smtp?: string;
  readonly from?: string;
  readonly to?: readonly string[];
  readonly command?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const PAGERDUTY = 'https://events.pagerduty.com/v2/enqueue';
const TELEGRAM = 'https://api.telegram.org';

const GROUP_WAIT_MS = 10_000;
/** Alertmanager takes an alert for ended when it is not told again within five minutes. */
const ALERTMANAGER_AGAIN_MS = 120_000;

/** What each kind needs beside what has a default. */
const NEEDED: Readonly<Record<string, readonly (keyof Values)[]>> = {
  json: ['url'],
  slack: ['url'],
  teams: ['url'],
  alertmanager: ['url'],
  telegram: ['bot_token', 'chat_id'],
  pagerduty: ['routing_key'],
  email: ['smtp', 'from', 'to'],
  exec: ['command'],
};

/** What only targets of one type have. */
const OF_TYPE: Readonly<Record<Target['type'], readonly (keyof Values)[]>> = {
  webhook: ['url', 'secret', 'headers', 'template', 'bot_token', 'chat_id', 'routing_key'],
  email: ['smtp', 'from', 'to'],
  exec: ['command', 'env'],
};

type Given = Readonly<Record<string, unknown>>;

/** @param own what the configuration says of it. @param initials what holds where it says nothing */
export function targetOf(name: string, own: Given, initials: Given): Target | Misfit {
  const values = { ...initials, ...own } as unknown as Values;
  const { type, template } = values;
  const stray = Object.entries(OF_TYPE).find(
    ([other, keys]) => other !== type && keys.some((key) => Object.hasOwn(own, key)),
  );
  if (stray !== undefined) {
    const [other, keys] = stray;
    const key = keys.find((one) => Object.hasOwn(own, one)) ?? '';
    const what = `is a setting of type "${other}", and this target has type "${type}"`;
    return new Misfit(['notify', name, key], what, {
      isName: true,
      hint: 'remove this setting, or change the type',
    });
  }
  const kind = type === 'webhook' ? template : type;
  const lacking = NEEDED[kind]?.find((key) => values[key] === undefined);
  if (lacking !== undefined) {
    const whose = type === 'webhook' ? `template "${template}"` : `type "${type}"`;
    return new Misfit(['notify', name], `lacks "${lacking}", which ${whose} needs`);
  }
  // These two group by themselves.
  const groups = kind === 'pagerduty' || kind === 'alertmanager';
  const common = {
    name,
    on: values.on,
    group_wait_ms: values.group_wait ?? (groups ? 0 : GROUP_WAIT_MS),
    remind_every_ms: values.remind_every ?? (kind === 'alertmanager' ? ALERTMANAGER_AGAIN_MS : 0),
    timeout_ms: values.timeout,
    tries: values.tries,
  };
  switch (type) {
    case 'email': {
      const { smtp = '', from = '', to = [] } = values;
      return { ...common, type, smtp, from, to };
    }
    case 'exec':
      return { ...common, type, command: values.command ?? [], env: values.env };
    case 'webhook':
      return webhookOf(common, values);
  }
}

function webhookOf(
  common: Omit<WebhookTarget, 'type' | 'url' | 'form' | 'headers'>,
  { url, secret, headers, template, bot_token = '', chat_id = '', routing_key = '' }: Values,
): Target | Misfit {
  if (url !== undefined && /^https?:\/\/[^/?#]*@/.test(url)) {
    const hint = 'give them in "headers": {"Authorization": "${NAME}"}';
    return new Misfit(['notify', common.name, 'url'], 'has a user name or password in it', {
      hint,
    });
  }
  const base = { ...common, type: 'webhook' as const, headers };
  const signed = secret === undefined ? {} : { secret };
  switch (template) {
    case 'telegram': {
      const address = `${url ?? TELEGRAM}/bot${bot_token}/sendMessage`;
      return { ...base, ...signed, url: address, form: { template, chat_id: String(chat_id) } };
    }
    case 'pagerduty':
      return { ...base, ...signed, url: url ?? PAGERDUTY, form: { template, routing_key } };
    default:
      return { ...base, ...signed, url: url ?? '', form: { template } };
  }
}
