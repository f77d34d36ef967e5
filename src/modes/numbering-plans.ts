/** How numbers are dialled and written in a country, as far as a caller's number can be told from it. */

export interface NumberingPlan {
  readonly name: string;
  /** What is dialled before a country code. */
  readonly international: string;
  /** What is dialled before a national number (trunk prefix); "" where there is none. */
  readonly national: string;
  /** What a national number looks like, without its prefix; `words` say it. */
  readonly number: RegExp;
  readonly words: string;
  /** Emergency and service numbers, which belong to no line and have no international form. */
  readonly short: RegExp;
  /** Whether a number without its area code can be dialled; otherwise `city` has no use. */
  readonly has_local_numbers: boolean;
  /** What a number within a city looks like. */
  readonly local: RegExp;
}

/**
 * The key is the country code. NANP: ATIS-0300119 and the numbering plan of NANPA; Germany: Bundesnetzagentur, Nummernplan;
 * United Kingdom: Ofcom, National Telephone Numbering Plan; France: Arcep, plan de numérotation, a closed plan since 1996. All of
 * them obey E.164, which allows 15 digits in all.
 */
export const NUMBERING_PLANS: Readonly<Record<string, NumberingPlan>> = {
  1: {
    name: 'North America',
    international: '011',
    national: '1',
    // 211 to 911 are services; an exchange of a toll-free number may look like them, but for 911
    number: /^[2-9](?!11)\d{2}(?!911)[2-9]\d{6}$/,
    words:
      '10 digits, where neither area code nor exchange begins with 0 or 1, or is a service such as 911',
    short: /^[2-9]11$|^988$/,
    has_local_numbers: true,
    local: /^[2-9](?!11)\d{6}$/,
  },
  49: {
    name: 'Germany',
    international: '00',
    national: '0',
    number: /^[1-9]\d{4,12}$/,
    words: '5 to 13 digits, the first of them not 0',
    short: /^(?:11[025]|116\d{3}|118\d{2,3})$/,
    has_local_numbers: true,
    local: /^[1-9]\d{1,10}$/,
  },
  44: {
    name: 'United Kingdom',
    international: '00',
    national: '0',
    // nine digits there are in some areas of 01, and behind 0500 and 0800; seven are 0800 1111 and 0845 46 40 to 46 49 alone
    number: /^(?:[1-9]\d{9}|1\d{8}|[58]00\d{6}|8001111|845464\d)$/,
    words: '10 digits, seldom 9, the first of them not 0',
    short: /^(?:999|10[15]|11[129]|116\d{3}|118\d{3}|1471|150|159)$/,
    has_local_numbers: true,
    local: /^[2-9]\d{3,7}$/,
  },
  33: {
    name: 'France',
    international: '00',
    national: '0',
    // numbers of machines, which begin with 0700, are longer
    number: /^(?:[1-9]\d{8}|700\d{10})$/,
    words: '9 digits, the first of them not 0',
    short: /^(?:1[578]|11[024-9]|196|191|197|116\d{3}|118\d{3}|10\d{2}|3\d{3})$/,
    has_local_numbers: false,
    local: /^\b$/,
  },
};

/** @returns the plan of a country that is not in the table: whatever E.164 allows */
export function unknownPlan(international: string, national: string): NumberingPlan {
  return {
    name: 'the country',
    international,
    national,
    number: /^\d{4,14}$/,
    words: '4 to 14 digits',
    short: /^\d{1,3}$/,
    has_local_numbers: true,
    local: /^\d{2,12}$/,
  };
}
