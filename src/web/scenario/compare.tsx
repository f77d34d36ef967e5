import type { JSX } from 'preact';
import type { Story } from '../../story/story.js';

export function Compare({ story }: { story: Story }): JSX.Element {
  return <p>{story.ms}</p>;
}
