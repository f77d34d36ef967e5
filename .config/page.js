/**
 * Builds the page of the HTML report: bundles src/web and puts it with its styles into dist/report/template.html, which
 * the program only fills with data (docs/decisions/0026).
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { rolldown } from 'rolldown';
import { smaller } from './docs/shell.js';
import { writeLicenses } from './licenses.js';

const WEB = new URL('../src/web/', import.meta.url).pathname;
const REPORT = new URL('../dist/report/', import.meta.url).pathname;

const bundle = await rolldown({
  input: `${WEB}main.tsx`,
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
if (output.length !== 1) throw new Error(`the page is ${output.length} files instead of one`);

const styles = readdirSync(`${WEB}style`)
  .sort()
  .map((file) => readFileSync(`${WEB}style/${file}`, 'utf8'))
  .join('\n');
mkdirSync(REPORT, { recursive: true });
writeFileSync(
  `${REPORT}template.html`,
  readFileSync(`${WEB}template.html`, 'utf8')
    .replace('/*OFFHOOK-STYLE*/', () => smaller(styles))
    .replace('/*OFFHOOK-SCRIPT*/', () => inScript(output[0].code)),
);
writeLicenses(output, `${REPORT}LICENSES.txt`);

/** What would end the element, or begin a comment in it, can stand in literals only: there an escape means the same. */
function inScript(code) {
  return code.replace(/<(?=\/script|!--|script)/gi, '\\x3C');
}
