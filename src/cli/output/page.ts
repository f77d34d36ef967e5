/** The HTML reporter with its files. */
import { relative } from 'node:path';
import { audioOfFile } from '../../audio/call/call-file.js';
import { HtmlReporter, type HtmlOptions } from '../../report/html/html.js';
import type { Output } from '../../report/output.js';
import { pageTemplate } from '../page-template.js';
import { makeFolder } from '../../app/make-folder.js';
import { DEFAULT_PAGE } from './reporter-names.js';

interface PageOptions extends Pick<
  HtmlOptions,
  'file' | 'cwd' | 'audio' | 'again' | 'onFailureOnly'
> {
  /** Gets the line that says where the page lies. */
  output: Output | undefined;
}

export function pageReporter({ output, ...options }: PageOptions): HtmlReporter {
  return new HtmlReporter({
    ...options,
    template: pageTemplate,
    makeFolder,
    audioOf,
    written: (folder) => {
      const file = relative(options.cwd, options.file);
      const command = file === DEFAULT_PAGE ? 'offhook show' : `offhook show ${file}`;
      output?.write(`report: ${file} (open it: ${command})\n`);
      if (folder === undefined) return;
      output?.write(
        `warning: the report is too large for one file: keep the folder ${folder} beside it\n`,
      );
    },
  });
}

/** @returns undefined for a file that is gone or is no WAV: the page then has no audio of that call */
function audioOf(path: string): ReturnType<HtmlOptions['audioOf']> {
  try {
    return audioOfFile(path).sides;
  } catch {
    return undefined;
  }
}
