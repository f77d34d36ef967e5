/**
 * The body of a Microsoft Teams workflow ("when a Teams webhook request is received"): a message with an adaptive card.
 * What others wrote stands in a TextRun, in which Teams reads no Markdown (adaptivecards.io/explorer/TextRun.html).
 */
import { headline, noteOf, subjectOf, whenOf } from '../message.js';
import type { Message, ToldRun } from '../message.js';

/** Teams refuses messages above 28 kB. */
const MOST_TOLD = 10;

export function teamsBody(message: Message): object {
  const { told } = message;
  const shown = told.slice(0, MOST_TOLD);
  const left = told.length - shown.length;
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          fallbackText: withoutMarks(subjectOf(message)),
          body: [
            ...shown.flatMap(itemsOf),
            ...(left > 0 ? [text(`and ${left} more`, { isSubtle: true })] : []),
          ],
          actions: actionsOf(shown),
        },
      },
    ],
  };
}

function itemsOf(told: ToldRun): object[] {
  const note = noteOf(told);
  return [
    text(headline(told), { weight: 'Bolder', size: 'Medium', color: colorOf(told) }),
    ...(note === undefined ? [] : [text(note, {})]),
    text(whenOf(told), { isSubtle: true }),
  ];
}

/** A card shows six actions. */
function actionsOf(told: readonly ToldRun[]): object[] {
  return told
    .filter(({ run_url }) => run_url !== undefined)
    .slice(0, 6)
    .map(({ monitor, run_url }) => ({
      type: 'Action.OpenUrl',
      title: told.length === 1 ? 'Report' : withoutMarks(`Report of ${monitor}`).slice(0, 60),
      url: run_url,
    }));
}

function text(words: string, run: object): object {
  return {
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: withoutFunctions(words), ...run }],
  };
}

/** {{DATE(...)}} and {{TIME(...)}} are replaced in texts of cards. */
function withoutFunctions(words: string): string {
  return words.replaceAll('{{', '{ {');
}

function withoutMarks(words: string): string {
  return withoutFunctions(words).replaceAll(/[\\`*_[\]()<>~#|]/g, ' ');
}

function colorOf({ kind, to }: ToldRun): string {
  if (kind === 'test') return 'Accent';
  if (to === 'ok') return 'Good';
  return to === 'failed' ? 'Attention' : 'Warning';
}
