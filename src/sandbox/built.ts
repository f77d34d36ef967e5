/** Addresses of the files that are loaded by URL. They hold from this module in dist and from the bundled program. */

/** The guest's modules; the folder mirrors src. */
export const GUEST_ROOT = new URL('../guest/', import.meta.url);
/** QuickJS as WebAssembly. The path leads through dist so that it also holds from src, where tests run. */
export const QUICKJS = new URL('../../dist/guest/quickjs.wasm', import.meta.url);
/** See guest-image.ts. */
export const GUEST_IMAGE = new URL('../guest/guest.image', import.meta.url);
export const THREAD = new URL('thread.js', import.meta.url);
