/** Where the build puts what is loaded by its address: seen from this module, and from the program it is bundled into. */

/** The guest's modules; the folder mirrors src. */
export const GUEST_ROOT = new URL('../guest/', import.meta.url);
/** QuickJS as WebAssembly: seen from src, too, for its tests run from there. */
export const QUICKJS = new URL('../../dist/guest/quickjs.wasm', import.meta.url);
/** See guest-image.ts. */
export const GUEST_IMAGE = new URL('../guest/guest.image', import.meta.url);
export const THREAD = new URL('thread.js', import.meta.url);
