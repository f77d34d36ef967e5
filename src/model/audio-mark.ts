/** A stretch of a recording that has a name. `from` and `to` in ms since the first sample, exact to 10 ms. */
export interface AudioMark {
  /**
   * `tone`: one frequency or several at once, a DTMF digit among them; `speech`: its level changes as that of syllables
   * does; `sound`: anything else; `silence`: 300 ms or longer; `gap`: nothing at all amid sound, as where packets are missing.
   */
  kind: 'tone' | 'speech' | 'sound' | 'silence' | 'gap';
  from: number;
  to: number;
  /** Only of a tone: its frequencies in Hz, ascending. Those of a DTMF digit are the nominal ones (ITU-T Q.23). */
  hz?: readonly number[];
  /** Mean level in dBFS; absent for silence and gaps. */
  level?: number;
}
