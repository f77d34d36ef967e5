/**
 * The body of a Slack incoming webhook, in blocks (docs.slack.dev/reference/block-kit). What others wrote stands in
 * plain_text, in which Slack reads no markup and no mention; `text` is what push messages show, and is read as markup.
 */
import { headline, noteOf, shorten, subjectOf, whenOf } from '../message.js';
import type { Message, ToldRun } from '../message.js';

/** A message has at most 50 blocks. */
const MOST_TOLD = 15;
/** Slack refuses longer texts in a header block and in a section. */
const LONGEST_HEADER = 150;

export function slackBody(message: Message): object {
  const { told } = message;
  const left = told.length - MOST_TOLD;
  return {
    text: escapeSlack(subjectOf(message)),
    blocks: [
      ...told.slice(0, MOST_TOLD).flatMap(blocksOf),
      ...(left > 0 ? [context(plain(`and ${left} more`))] : []),
    ],
  };
}

function blocksOf(told: ToldRun): object[] {
  const note = noteOf(told);
  const url = told.run_url;
  const link = url === undefined ? [] : [{ type: 'mrkdwn', text: `<${linkOf(url)}|Report>` }];
  return [
    { type: 'header', text: plain(shorten(headline(told), LONGEST_HEADER)) },
    ...(note === undefined ? [] : [{ type: 'section', text: plain(note) }]),
    context(plain(whenOf(told)), ...link),
  ];
}

function context(...elements: object[]): object {
  return { type: 'context', elements };
}

function plain(text: string): object {
  return { type: 'plain_text', text, emoji: false };
}

/** The three characters that Slack gives a meaning (docs.slack.dev/messaging/formatting-message-text). */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function linkOf(url: string): string {
  return escapeSlack(url.replaceAll('|', '%7C'));
}
