/** The shells that `offhook completion` knows. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The word that a shell's script puts before the words of a command line to be completed; nobody types it. */
export const COMPLETE = '__complete';
