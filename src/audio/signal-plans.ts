/**
 * Signals with a name: which frequencies, for how long. Supervisory tones are those of ITU-T E.180 Supplement 2
 * (tones used in national networks; list of 2003, "tones-0203") as Asterisk's indications.conf transcribes it, and
 * for the United Kingdom of BT SIN 350; where a country has several, the first. Fax tones: T.30. Levels are not
 * part of a plan.
 */

export type Country = 'us' | 'uk' | 'de' | 'fr';
export type SignalName =
  | 'dial'
  | 'busy'
  | 'congestion'
  | 'ringback'
  | 'sit'
  | 'fax_cng'
  | 'fax_ced';

export interface SignalPart {
  /** Frequencies that sound together; empty: silence. */
  hz: readonly number[];
  /** `Infinity`: without end. */
  ms: number;
  /** Tolerance of `ms`; by default the larger of 15 % and 40 ms. */
  tolerance_ms?: number;
}

export interface SignalPlan {
  /** Tones and pauses, one after the other. */
  parts: readonly SignalPart[];
  /** Whether the signal begins anew after the last part. */
  repeats: boolean;
  tolerance_hz?: number;
  /** Where the figures come from. */
  source: string;
}

const E180 = 'ITU-T E.180 Supplement 2';
const SIN350 = 'E.180 Supplement 2, BT SIN 350';

const on = (hz: readonly number[], ms: number): SignalPart => ({ hz, ms });
const off = (ms: number): SignalPart => ({ hz: [], ms });
const steady = (source: string, ...hz: readonly number[]): SignalPlan => ({
  parts: [on(hz, Infinity)],
  repeats: false,
  source,
});
/** A repeating plan of on and off times in turn, in milliseconds. */
const cadence = (source: string, hz: readonly number[], ...ms: readonly number[]): SignalPlan => ({
  parts: ms.map((one, i) => (i % 2 === 0 ? on(hz, one) : off(one))),
  repeats: true,
  source,
});

/**
 * E.180: 950, 1400, 1800 Hz, each +-50 Hz and 330 +-70 ms, up to 30 ms between them. That takes in the North American
 * variants too (914 or 985, 1371 or 1429, 1777 Hz; 274 or 380 ms).
 */
const SIT: SignalPlan = {
  parts: [950, 1400, 1800].map((hz) => ({ hz: [hz], ms: 330, tolerance_ms: 85 })),
  repeats: false,
  tolerance_hz: 50,
  source: 'ITU-T E.180 (special information tone)',
};

/** T.30: calling tone 1100 +-38 Hz, 0.5 s on, 3 s off, each +-15 %; answer tone 2100 +-15 Hz for 2.6 to 4 s. */
const FAX: Readonly<Record<'fax_cng' | 'fax_ced', SignalPlan>> = {
  fax_cng: { ...cadence('ITU-T T.30 (CNG)', [1100], 500, 3000), tolerance_hz: 38 },
  fax_ced: {
    parts: [{ hz: [2100], ms: 3300, tolerance_ms: 750 }],
    repeats: false,
    tolerance_hz: 15,
    source: 'ITU-T T.30 (CED)',
  },
};

type National = Record<'dial' | 'busy' | 'congestion' | 'ringback', SignalPlan>;

const NATIONAL: Readonly<Record<Country, National>> = {
  us: {
    dial: steady(E180, 350, 440),
    busy: cadence(E180, [480, 620], 500, 500),
    congestion: cadence(E180, [480, 620], 250, 250),
    ringback: cadence(E180, [440, 480], 2000, 4000),
  },
  uk: {
    dial: steady(SIN350, 350, 440),
    busy: cadence(SIN350, [400], 375, 375),
    congestion: cadence(SIN350, [400], 400, 350, 225, 525),
    ringback: cadence(SIN350, [400, 450], 400, 200, 400, 2000),
  },
  de: {
    dial: steady(E180, 425),
    busy: cadence(E180, [425], 480, 480),
    congestion: cadence(E180, [425], 240, 240),
    ringback: cadence(E180, [425], 1000, 4000),
  },
  fr: {
    dial: steady(E180, 440),
    busy: cadence(E180, [440], 500, 500),
    congestion: cadence(
      'no national figure in E.180 Supplement 2: half of busy, as PBXs do',
      [440],
      250,
      250,
    ),
    ringback: cadence(E180, [440], 1500, 3500),
  },
};

export const COUNTRIES = Object.keys(NATIONAL) as readonly Country[];
export const SIGNAL_NAMES: readonly SignalName[] = [
  'dial',
  'busy',
  'congestion',
  'ringback',
  'sit',
  'fax_cng',
  'fax_ced',
];

/** The plan of a signal; `country` matters for the first four only. */
export function signalPlan(name: SignalName, country: Country): SignalPlan {
  if (name === 'sit') return SIT;
  if (name === 'fax_cng' || name === 'fax_ced') return FAX[name];
  return NATIONAL[country][name];
}

/** "480 + 620 Hz, 500 ms on, 500 ms off": for messages. */
export function planText({ parts }: SignalPlan): string {
  const groups = new Set(parts.filter(({ hz }) => hz.length > 0).map(({ hz }) => hz.join(' + ')));
  if (groups.size > 1) {
    return parts.map(({ hz, ms }) => `${hz.join(' + ')} Hz ${ms} ms`).join(', ');
  }
  const times = parts.map(({ hz, ms }) => {
    const time = ms === Infinity ? 'continuous' : `${ms} ms`;
    return hz.length === 0 ? `${time} off` : parts.length === 1 ? time : `${time} on`;
  });
  return `${[...groups].join()} Hz, ${times.join(', ')}`;
}
