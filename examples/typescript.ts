// A scenario in TypeScript: it runs as it is, and "offhook check --types examples/typescript.ts" checks its types.
// Its cases stand in a JSON file beside it.
import cases from './typescript.json' with { type: 'json' };

interface Parties {
  caller: Agent;
  callee: Agent;
}

/** Calls, presses the digits of a menu, and returns what the other end has heard. */
function choose({ caller, callee }: Parties, digits: string): string {
  caller.dial(callee);
  callee.accept();
  await_until(() => assert(caller.state).equals(State.Established));
  caller.dtmf(digits);
  await_until(() => assert(callee.received_dtmf.length).equals(digits.length));
  return callee.received_dtmf.map(({ digit }) => digit).join('');
}

setup((): Parties => ({ caller: agent('caller'), callee: agent('callee') }));

scenario.each(cases)('$name is told', ({ digits }, parties: Parties) => {
  assert(choose(parties, digits)).equals(digits);
});
