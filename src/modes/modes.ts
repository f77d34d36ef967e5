/** The module `offhook/modes`: call tests as CallTest has them (docs/coming-from-calltest.md). */
export { dtmf_mode, call_mode, audio_mode } from './two-party.js';
export { ring_mode, play_mode, fail_mode, timeout_mode } from './outgoing.js';
export { wait_mode, answer_mode, record_mode } from './incoming.js';
export { normalize_number } from './numbers.js';
export { line, lines, locks_of } from './lines.js';
export { declare_calls, test_call } from './test-call.js';
