/** The body of a webhook, as its receiver wants it. Pure. */
import type { WebhookTarget } from '../../model/targets.js';
import type { Message } from '../message.js';
import { alertmanagerBody } from './alertmanager.js';
import { jsonBody } from './json-body.js';
import { pagerdutyBody } from './pagerduty.js';
import { slackBody } from './slack.js';
import { teamsBody } from './teams.js';
import { telegramBody } from './telegram.js';

export function bodyFor(
  message: Message,
  target: Pick<WebhookTarget, 'form' | 'on' | 'remind_every_ms'>,
): string {
  return JSON.stringify(contentOf(message, target));
}

function contentOf(
  message: Message,
  target: Pick<WebhookTarget, 'form' | 'on' | 'remind_every_ms'>,
): unknown {
  const { form, on } = target;
  switch (form.template) {
    case 'json':
      return jsonBody(message);
    case 'slack':
      return slackBody(message);
    case 'teams':
      return teamsBody(message);
    case 'telegram':
      return telegramBody(message, form.chat_id);
    case 'pagerduty':
      return pagerdutyBody(message, form.routing_key, (state) => on.some((name) => name === state));
    case 'alertmanager':
      return alertmanagerBody(message, target);
  }
}
