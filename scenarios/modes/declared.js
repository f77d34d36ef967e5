// A suite that is nothing but data: each call test becomes a scenario with its name, its tags and the locks of its lines.
import { declare_calls } from 'offhook/modes';

declare_calls({
  lines: {
    default: { codecs: ['PCMU'] },
    foo: { number: '+4930111', username: '+4930111' },
    bar: { number: '+4930222', username: '030222' },
  },
  dialplan: { country: '49', city: '30' },
  calls: {
    default: { tags: ['serverless', 'modes'], dtmf: { len: 3 }, timeout: '20s' },
    'digits from foo to bar': { src: 'foo', dst: 'bar', info: 'calling bar from foo works' },
    'digits from bar to foo': { src: 'bar', dst: 'foo', dtmf: { may_repeat: true } },
    'bar rings': { src: 'foo', dst: 'bar', mode: 'call' },
    'both hear each other': { src: 'bar', dst: 'foo', mode: 'audio' },
  },
});
