import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Letter } from '../../../monitor/model/letter.js';
import { printable } from '../../../story/printable.js';
import { Icon } from '../../parts/icon.js';
import { undeliveredLetters } from '../layout/letters.js';
import { problemText, testNotification, type Done } from '../state/server.js';

interface Props {
  targets: readonly string[];
  letters: readonly Letter[];
  mayOperate: boolean;
}

/** The targets of `notify`, each with a test for who may operate. */
export function Targets({ targets, letters, mayOperate }: Props): JSX.Element {
  const late = undeliveredLetters(letters);
  return (
    <section class="card" aria-labelledby="targets-title">
      <h2 id="targets-title">Targets</h2>
      {targets.length === 0 ? (
        <p>
          No notifications are sent yet. Add a target to <code>notify</code> in{' '}
          <code>offhook.config.json</code>: it appears here without a restart.
        </p>
      ) : (
        <ul class="targets">
          {targets.map((name) => (
            <Target
              key={name}
              name={name}
              undelivered={late.filter(({ target }) => target === name).length}
              mayOperate={mayOperate}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface TargetProps {
  name: string;
  undelivered: number;
  mayOperate: boolean;
}

function Target({ name, undelivered, mayOperate }: TargetProps): JSX.Element {
  const told = useSignal<Done | undefined>(undefined);
  const isAsking = useSignal(false);
  const test = async (): Promise<void> => {
    if (isAsking.peek()) return;
    isAsking.value = true;
    told.value = undefined;
    try {
      const done = await testNotification(name);
      const message = done.ok ? 'The test was delivered.' : `Not delivered: ${done.message}`;
      told.value = { ok: done.ok, message };
    } catch (error) {
      told.value = { ok: false, message: `Not sent: ${problemText(error)}` };
    } finally {
      isAsking.value = false;
    }
  };
  const done = told.value;
  return (
    <li class="target">
      <b class="target-name">
        <bdi>{printable(name)}</bdi>
      </b>
      {mayOperate && (
        <button
          type="button"
          class="button"
          aria-label={`Send a test to ${printable(name)}`}
          onClick={() => void test()}
        >
          <Icon name="bell" /> Send a test
        </button>
      )}
      {undelivered > 0 && <span class="is-bad">{undelivered} undelivered</span>}
      <span class="target-told" role="status">
        {isAsking.value && 'Sending …'}
        {done !== undefined && (
          <span class={done.ok ? 'is-ok' : 'is-bad'}>
            <Icon name={done.ok ? 'ok' : 'failed'} /> <bdi>{printable(done.message)}</bdi>
          </span>
        )}
      </span>
    </li>
  );
}
