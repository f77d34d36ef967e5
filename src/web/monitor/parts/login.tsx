import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { login, needsLogin, problemText } from '../state/server.js';

/** Asks for a token: the server gives a cookie for it, and the page forgets it. */
export function Login(): JSX.Element {
  const token = useSignal('');
  const problem = useSignal('');
  const isAsking = useSignal(false);
  const send = async (): Promise<void> => {
    isAsking.value = true;
    problem.value = '';
    try {
      if (await login(token.peek().trim())) needsLogin.value = false;
      else problem.value = 'This token is not known.';
    } catch (error) {
      problem.value = problemText(error);
    } finally {
      token.value = '';
      isAsking.value = false;
    }
  };
  return (
    <form
      class="login"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h1 data-start tabIndex={-1}>
        Log in
      </h1>
      {/* Password managers want to know whose it is. */}
      <input type="text" autocomplete="username" value="offhook" readOnly hidden />
      <label for="token">Token</label>
      <input
        id="token"
        type="password"
        autocomplete="current-password"
        required
        value={token.value}
        aria-describedby="login-problem"
        onInput={(event) => {
          token.value = event.currentTarget.value;
        }}
      />
      <p id="login-problem" class="is-bad" role="alert">
        {problem.value}
      </p>
      <button type="submit" class="button is-main" disabled={isAsking.value}>
        Log in
      </button>
      <p class="dim">
        The tokens are in <code>auth</code> of the configuration of <code>offhook serve</code>.
      </p>
    </form>
  );
}
