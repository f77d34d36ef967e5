/** Whether the page is as narrow as on a phone: as the styles see it. */
import { signal } from '@preact/signals';

const query = matchMedia('(max-width: 719px)');

export const isNarrow = signal(query.matches);

query.addEventListener('change', ({ matches }) => {
  isNarrow.value = matches;
});
