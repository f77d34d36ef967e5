/** The body of Telegram's sendMessage, in its HTML (core.telegram.org/bots/api#html-style). */
import { headline, noteOf, whenOf } from '../message.js';
import type { Message, ToldRun } from '../message.js';

/** A message has 4,096 characters, without its markup. */
const LONGEST_TEXT = 4096;
const LONGEST_END = 40;

export function telegramBody(message: Message, chat_id: string): object {
  return {
    chat_id,
    text: textFor(message.told),
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
  };
}

/** Whole entries only: a cut through markup would be refused. */
function textFor(told: readonly ToldRun[]): string {
  let text = '';
  for (const [index, one] of told.entries()) {
    const entry = (index === 0 ? '' : '\n\n') + entryOf(one);
    if (index > 0 && text.length + entry.length > LONGEST_TEXT - LONGEST_END) {
      return `${text}\n\nand ${told.length - index} more`;
    }
    text += entry;
  }
  return text;
}

function entryOf(told: ToldRun): string {
  const note = noteOf(told);
  const url = told.run_url;
  return [
    `<b>${escapeHtml(headline(told))}</b>`,
    ...(note === undefined ? [] : [escapeHtml(note)]),
    `<i>${escapeHtml(whenOf(told))}</i>`,
    ...(url === undefined ? [] : [`<a href="${escapeHtml(url)}">Report</a>`]),
  ].join('\n');
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
