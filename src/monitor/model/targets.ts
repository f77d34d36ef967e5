/** Whom transitions of monitors are told: `notify` of the configuration, with defaults filled in. Pure. */

/** What a target may be told of: that a monitor became so, or is good again. */
export const TOLD_OF = ['degraded', 'failing', 'failed', 'unknown', 'recovered'] as const;
export type ToldOf = (typeof TOLD_OF)[number];

interface TargetBase {
  /** Its key in `notify`. */
  readonly name: string;
  readonly on: readonly ToldOf[];
  /** Transitions within that time are one message. */
  readonly group_wait_ms: number;
  /** While a monitor stays failed, it is told again after that time. 0: never. */
  readonly remind_every_ms: number;
  /** A try that takes longer has failed. */
  readonly timeout_ms: number;
  /** After so many tries a message is given up. */
  readonly tries: number;
}

/** What the body of a webhook is written for, with what only that receiver needs. */
export type WebhookForm =
  | { readonly template: 'json' | 'slack' | 'teams' | 'alertmanager' }
  | { readonly template: 'telegram'; readonly chat_id: string }
  | { readonly template: 'pagerduty'; readonly routing_key: string };

export interface WebhookTarget extends TargetBase {
  readonly type: 'webhook';
  readonly url: string;
  readonly form: WebhookForm;
  /** Key of the signature; without it, messages are not signed. */
  readonly secret?: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface EmailTarget extends TargetBase {
  readonly type: 'email';
  /** smtp://USER:PASSWORD@HOST:PORT, or smtps:// for TLS from the first byte. */
  readonly smtp: string;
  readonly from: string;
  readonly to: readonly string[];
}

export interface ExecTarget extends TargetBase {
  readonly type: 'exec';
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly string[];
  /** Variables that the program finds in addition to PATH, HOME and the like. */
  readonly env: Readonly<Record<string, string>>;
}

export type Target = WebhookTarget | EmailTarget | ExecTarget;
