/** What of a target may not be shown: keys, and addresses that are a key by themselves. Pure. */
import type { Target } from '../model/targets.js';

const MASK = '***';
/** Shorter secrets are not hidden, because they occur in ordinary words by chance. */
const SHORTEST = 4;

/** @returns all that is secret of the target, the longest first, also as it stands in a URL */
function secretsOf(target: Target): string[] {
  const found = [...valuesOf(target)].flatMap((value) => [value, decoded(value)]);
  const unique = new Set(found.filter((value) => value.length >= SHORTEST));
  return [...unique].sort((a, b) => b.length - a.length);
}

function* valuesOf(target: Target): Iterable<string> {
  switch (target.type) {
    case 'webhook': {
      yield* partsOf(target.url);
      if (target.secret !== undefined) yield target.secret;
      if (target.form.template === 'pagerduty') yield target.form.routing_key;
      yield* Object.values(target.headers).flatMap((value) => [
        value,
        ...value.split(' ').slice(1),
      ]);
      return;
    }
    case 'email':
      yield* partsOf(target.smtp);
      return;
    case 'exec':
      yield* Object.values(target.env);
  }
}

/** Hides everything behind the host of an address, because Slack, Teams and Telegram have their key in the path. */
function partsOf(address: string): string[] {
  if (!URL.canParse(address)) return [address];
  const url = new URL(address);
  const path = `${url.pathname}${url.search}`;
  return [
    ...(path === '/'
      ? []
      : [address, path, ...url.pathname.split('/').filter((part) => part.length >= 16)]),
    url.password,
  ];
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

export function withoutSecrets(text: string, target: Target): string {
  return secretsOf(target).reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
}
