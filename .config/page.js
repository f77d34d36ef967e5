/**
 * Builds the pages: bundles a part of src/web and puts it with its styles into one HTML file, which the program only fills
 * with data, or sends (docs/decisions/0026).
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { rolldown } from 'rolldown';
import { smaller } from './docs/shell.js';
import { writeLicenses } from './licenses.js';

const WEB = new URL('../src/web/', import.meta.url).pathname;
const REPORT = new URL('../dist/report/', import.meta.url).pathname;
const MONITOR = new URL('../dist/monitor/', import.meta.url).pathname;

const report = await bundled('main.tsx');
write(`${REPORT}template.html`, 'template.html', {
  SCRIPT: report[0].code,
  STYLE: styles(...filesOf('style')),
});
writeLicenses(report, `${REPORT}LICENSES.txt`);

/** What the pages of the monitor share with that of the report. */
const SHARED = ['style/1-theme.css', 'style/1-tools.css'];
const monitorStyles = styles(...SHARED, ...filesOf('monitor/style'));
const page = await bundled('monitor/main.tsx');
const status = await bundled('monitor/status.tsx');
write(`${MONITOR}page.html`, 'monitor/page.html', {
  TITLE: 'Monitors - Offhook',
  SCRIPT: page[0].code,
  STYLE: monitorStyles,
});
write(`${MONITOR}status.html`, 'monitor/page.html', {
  TITLE: 'Status',
  SCRIPT: status[0].code,
  STYLE: monitorStyles,
});
writeLicenses([...page, ...status], `${MONITOR}LICENSES.txt`);

async function bundled(name) {
  const bundle = await rolldown({
    input: `${WEB}${name}`,
    platform: 'browser',
    tsconfig: `${WEB}tsconfig.json`,
    resolve: { extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } },
    transform: {
      target: 'es2023',
      define: { 'process.env.NODE_ENV': '"production"' },
    },
  });
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  await bundle.close();
  if (output.length !== 1) throw new Error(`${name} is ${output.length} files instead of one`);
  return output;
}

function filesOf(folder) {
  return readdirSync(`${WEB}${folder}`)
    .sort()
    .map((file) => `${folder}/${file}`);
}

function styles(...files) {
  return smaller(files.map((file) => readFileSync(`${WEB}${file}`, 'utf8')).join('\n'));
}

/** Puts the texts into a template, each once; the texts themselves are not searched for placeholders. */
function write(file, template, texts) {
  const { SCRIPT, STYLE, TITLE } = texts;
  mkdirSync(dirname(file), { recursive: true });
  const whole = readFileSync(`${WEB}${template}`, 'utf8')
    .replace('OFFHOOK-TITLE', () => TITLE)
    .replace('/*OFFHOOK-STYLE*/', () => STYLE)
    .replace('/*OFFHOOK-SCRIPT*/', () => inScript(SCRIPT));
  writeFileSync(file, whole);
}

/** Escapes what would end the element or begin a comment in it: only literals hold that, so the meaning stays. */
function inScript(code) {
  return code.replace(/<(?=\/script|!--|script)/gi, '\\x3C');
}
