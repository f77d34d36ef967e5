import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Packages with compiled third-party code whose license they only name; its text is in .config/licenses. */
const FURTHER = { 'libopus-wasm': 'libopus' };

/** Writes the license texts that must accompany the code of the packages in a bundle. */
export function writeLicenses(output, file) {
  const folders = new Set(
    modulesOf(output).flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []),
  );
  writeFileSync(file, [...folders].sort().map(licenseOf).join('\n\n'));
}

/** Paths of the files that went into a bundle. */
export function modulesOf(output) {
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
}

function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file === undefined ? '' : `\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
  const further = FURTHER[name];
  const also =
    further === undefined
      ? ''
      : `\n\n${readFileSync(join(import.meta.dirname, `licenses/${further}.txt`), 'utf8').trim()}`;
  return `${name} ${version} (${license})${text}${also}\n`;
}
