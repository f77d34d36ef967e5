import { describe, expect, test } from 'vitest';
import { callerIdProblem, type Dialplan, normalize_number } from './numbers.js';

const GERMANY = { country: '49', city: '30' };
const BRITAIN = { country: '44', city: '20' };
const FRANCE = { country: '33' };
const AMERICA = { country: '1', city: '888' };
const AUSTRIA = { country: '43', international: '00', national: '0', city: '1' };
const SPAIN = { country: '34', international: '00', national: '' };
const OFFICE = { ...GERMANY, international: '000', national: '00' };

test.each<[text: string, dialplan: Dialplan | undefined, number: string]>([
  // international, whatever the dialplan
  ['+49301234567', undefined, '+49301234567'],
  ['+49 30 123 45-67', GERMANY, '+49301234567'],
  ['+49 (30) 123/4567', FRANCE, '+49301234567'],
  ['+49 (0)30 1234567', GERMANY, '+49301234567'],
  ['+44(0)20 7946 0000', undefined, '+442079460000'],
  ['+1 (212) 555-0100', undefined, '+12125550100'],
  ['+1.212.555.0100', AMERICA, '+12125550100'],
  ['+33 1 70 18 99 00', undefined, '+33170189900'],
  ['+886 2 2345 6789', undefined, '+886223456789'],
  ['+39 06 1234567', undefined, '+39061234567'],
  ['\u00a0+49\u202f30\u2011123456 ', undefined, '+4930123456'],
  ['[+49]30123456', undefined, '+4930123456'],
  // URIs and headers
  ['tel:+49-30-1234567', undefined, '+49301234567'],
  ['TEL:+49301234567;isub=1', undefined, '+49301234567'],
  ['tel:7946-0000;phone-context=+44-20', undefined, '+442079460000'],
  ['tel:1234567;phone-context=pbx.example', GERMANY, '+49301234567'],
  ['sip:+49301234567@pbx.example', undefined, '+49301234567'],
  ['sip:+49301234567@pbx.example:5080;user=phone', undefined, '+49301234567'],
  ['sips:030123456;x=1@pbx.example', GERMANY, '+4930123456'],
  ['sip:%2B49301234567@pbx.example', undefined, '+49301234567'],
  ['"Alice 12" <sip:+49301234567@pbx.example>;tag=7', undefined, '+49301234567'],
  ['<tel:030123456>', GERMANY, '+4930123456'],
  // Germany
  ['0301234567', GERMANY, '+49301234567'],
  ['0911 123456', GERMANY, '+49911123456'],
  ['1234567', GERMANY, '+49301234567'],
  ['0049301234567', GERMANY, '+49301234567'],
  ['00442079460000', GERMANY, '+442079460000'],
  ['0171 2345678', { country: '49' }, '+491712345678'],
  ['0800 1234567', { country: '49' }, '+498001234567'],
  ['03322 1234', { country: '49' }, '+4933221234'],
  ['110110', GERMANY, '+4930110110'],
  // area codes of two to five digits, old short numbers, long direct dialling, mobile and service numbers
  ['(0 30) 12 34 56', GERMANY, '+4930123456'],
  ['0211/83-700 112', GERMANY, '+4921183700112'],
  ['06131 / 12 34', GERMANY, '+4961311234'],
  ['033056 811', GERMANY, '+4933056811'],
  ['030 123', GERMANY, '+4930123'],
  ['030 12345678-901', GERMANY, '+493012345678901'],
  ['+49 (0) 171 2345678', undefined, '+491712345678'],
  ['0151 23456789', GERMANY, '+4915123456789'],
  ['0180 5 123456', GERMANY, '+491805123456'],
  ['0700 VANITY12', { country: '49', letters: true }, '+4970082648912'],
  ['2345', { country: '49', city: '33056' }, '+49330562345'],
  ['tel:030-12345;phone-context=pbx.example', GERMANY, '+493012345'],
  // an exchange that wants a 0 for the line
  ['00301234567', OFFICE, '+49301234567'],
  ['000442079460000', OFFICE, '+442079460000'],
  // United Kingdom
  ['020 7946 0000', BRITAIN, '+442079460000'],
  ['7946 0000', BRITAIN, '+442079460000'],
  ['07700 900123', BRITAIN, '+447700900123'],
  ['0033170189900', BRITAIN, '+33170189900'],
  ['016977 2345', { country: '44' }, '+44169772345'],
  ['0121 496 0123', BRITAIN, '+441214960123'],
  ['01632 960123', BRITAIN, '+441632960123'],
  ['015396 12345', BRITAIN, '+441539612345'],
  ['+44 (0)29 2018 0123', undefined, '+442920180123'],
  ['0306 999 0123', BRITAIN, '+443069990123'],
  ['0800 445566', BRITAIN, '+44800445566'],
  ['0808 157 0123', BRITAIN, '+448081570123'],
  ['0800 1111', BRITAIN, '+448001111'],
  ['+44 845 46 47', undefined, '+448454647'],
  ['0909 879 0123', BRITAIN, '+449098790123'],
  ['496 0123', { country: '44', city: '121' }, '+441214960123'],
  // France
  ['01 70 18 99 00', FRANCE, '+33170189900'],
  ['06 12 34 56 78', FRANCE, '+33612345678'],
  ['170189900', FRANCE, '+33170189900'],
  ['00 49 30 123456', FRANCE, '+4930123456'],
  ['0 800 123 456', FRANCE, '+33800123456'],
  ['+33 (0)1 70 18 99 00', undefined, '+33170189900'],
  ['+33(0)6.12.34.56.78', undefined, '+33612345678'],
  ['09 70 12 34 56', FRANCE, '+33970123456'],
  ['0700 12 34 56 78 90', FRANCE, '+337001234567890'],
  ['tel:01-70-18-99-00;phone-context=pbx.example', FRANCE, '+33170189900'],
  // North America
  ['212-555-0100', AMERICA, '+12125550100'],
  ['1 212 555 0100', AMERICA, '+12125550100'],
  ['555-0100', AMERICA, '+18885550100'],
  ['011 44 20 7946 0000', AMERICA, '+442079460000'],
  ['1-800-FLOWERS', { country: '1', letters: true }, '+18003569377'],
  ['[1] (212) 555.0100', AMERICA, '+12125550100'],
  ['01133170189900', AMERICA, '+33170189900'],
  ['+1 800 211 0100', undefined, '+18002110100'],
  ['tel:555-0100;phone-context=+1-888', undefined, '+18885550100'],
  ['tel:+1-201-555-0123;ext=22', undefined, '+12015550123'],
  [
    '"Sales (NY)" <sip:2125550100;phone-context=+1@pbx.example;user=phone>',
    undefined,
    '+12125550100',
  ],
  ['(212) 555-0100', { country: '1' }, '+12125550100'],
  ['+1-800-flowers', { country: '1', letters: true }, '+18003569377'],
  // countries whose prefixes are given
  ['01 234567', AUSTRIA, '+431234567'],
  ['234567', AUSTRIA, '+431234567'],
  ['00 49 30 123456', AUSTRIA, '+4930123456'],
  ['912 345 678', SPAIN, '+34912345678'],
  ['0044 20 7946 0000', SPAIN, '+442079460000'],
])('%s with %j is %s', (text, dialplan, number) => {
  expect(normalize_number(text, dialplan)).toBe(number);
});

describe('what is no number', () => {
  test.each<[text: unknown, dialplan: unknown, words: string]>([
    ['', GERMANY, '"" is empty'],
    ['  ', GERMANY, 'is empty'],
    ['sip:@pbx.example', GERMANY, 'is empty'],
    ['alice', GERMANY, '"alice" is a name, and no number'],
    ['anonymous', undefined, 'is a name, and no number'],
    ['sip:alice@pbx.example', GERMANY, 'is a name, and no number'],
    ['1-800-FLOWERS', AMERICA, 'has letters'],
    ['030123 ext 5', GERMANY, 'has letters'],
    ['*21*030123#', GERMANY, 'is a service code'],
    ['+49+30', GERMANY, 'has "+" where a digit should be'],
    ['030,123456', GERMANY, 'has "," where a digit should be'],
    ['\u0664\u0665\u0666', GERMANY, 'has "\u0664" where a digit should be'],
    ['030123456', undefined, 'has no country code'],
    ['1234567', { country: '49' }, 'has no area code'],
    ['555-0100', { country: '1' }, 'has no area code'],
    ['+49', undefined, 'is no international number'],
    ['+0301234567', undefined, 'is no international number'],
    ['+4912345678901234', undefined, 'has 16 digits after the "+"'],
    ['+490301234567', undefined, 'has a 0 after the country code'],
    ['0049030123456', GERMANY, 'has a 0 after the country code'],
    ['+3317018990', undefined, 'is no number of France'],
    ['+44207946', undefined, 'is no number of United Kingdom'],
    ['+1212555010', undefined, 'is no number of North America'],
    ['+11125550100', undefined, 'is no number of North America'],
    ['1 112 555 0100', AMERICA, 'is no number of North America'],
    ['110', GERMANY, 'is a short number of Germany'],
    ['112', { country: '49' }, 'is a short number of Germany'],
    ['118333', GERMANY, 'is a short number of Germany'],
    ['911', AMERICA, 'is a short number of North America'],
    ['999', BRITAIN, 'is a short number of United Kingdom'],
    ['15', FRANCE, 'is a short number of France'],
    ['70 18 99 00', FRANCE, 'is no number of France'],
    ['4930123456', AMERICA, 'is no number of North America'],
    ['911-0100', AMERICA, 'is no number of North America'],
    ['1 911 555 0100', AMERICA, 'is no number of North America'],
    ['+1 212 911 0100', undefined, 'is no number of North America'],
    ['1 212 155 0100', AMERICA, 'is no number of North America'],
    ['1 212 555 010', AMERICA, 'is no number of North America'],
    ['011', AMERICA, 'is no international number'],
    ['116117', GERMANY, 'is a short number of Germany'],
    ['030 12', GERMANY, 'is no number of Germany'],
    ['030 123456789 0123', GERMANY, 'is no number of Germany'],
    ['tel:0301234567;phone-context=+49', undefined, 'has a 0 after the country code'],
    ['0044 (0)20 7946 0000', BRITAIN, 'has a 0 after the country code'],
    ['020 7946 000', { country: '44' }, 'is no number'],
    ['0800 1112', BRITAIN, 'is no number of United Kingdom'],
    ['0800 12345', BRITAIN, 'is no number of United Kingdom'],
    ['116 123', BRITAIN, 'is a short number of United Kingdom'],
    ['3610', FRANCE, 'is a short number of France'],
    ['01 70 18 99 001', FRANCE, 'is no number of France'],
    ['06 12 34 56 78 90 12', FRANCE, 'is no number of France'],
    [301234567, GERMANY, 'the number must be text: 301234567'],
    [undefined, GERMANY, 'the number must be text'],
    ['030', { country: 'DE' }, '"country" must be text with the digits of a country code'],
    ['030', { country: 49 }, '"country" must be text with the digits of a country code'],
    ['030', { city: '30' }, '"country" is missing'],
    ['030', { country: '43' }, 'the prefixes of country 43 are not known'],
    ['030', { ...GERMANY, city: '+30' }, '"city" must be text with the digits of an area code'],
    ['030', { ...GERMANY, intl: '00' }, 'there is no "intl"'],
    ['030', '49', 'must be an object'],
  ])('%j with %j: %s', (text, dialplan, words) => {
    const act = () => normalize_number(text as string, dialplan as Dialplan);
    expect(act).toThrow(words);
    expect(act).toThrow(expect.objectContaining({ code: 'E_ARGUMENT' }));
  });
});

test.each<[seen: string, expected: string, dialplan: Dialplan | undefined, words?: string]>([
  ['+49301234567', '+49301234567', undefined],
  ['030 1234567', '+49 30 1234567', GERMANY],
  ['0049301234567', '+49301234567', GERMANY],
  ['+49301234567', '67', undefined],
  ['0301234567', '234 567', undefined],
  ['alice', 'alice', undefined],
  ['alice', 'bob', undefined, '"alice" does not end in "bob"'],
  ['1234', '12345', undefined, '"1234" does not end in "12345"'],
  ['+49301234568', '+49301234567', undefined, '"+49301234568", instead of +49301234567'],
  ['0301234568', '+49301234567', GERMANY, '"0301234568", which is +49301234568, instead of'],
  ['0301234567', '+49301234567', undefined, '"0301234567" has no country code'],
  ['', '+49301234567', GERMANY, '"+49301234567" was expected: "" is empty'],
  // with "+" the end of the number is not enough
  ['99301234567', '+49301234567', GERMANY, 'instead of +49301234567'],
])('%j instead of %j with %j: %s', (seen, expected, dialplan, words) => {
  const problem = callerIdProblem(seen, expected, dialplan);
  if (words === undefined) expect(problem).toBeUndefined();
  else expect(problem?.what).toContain(words);
});

test('an expected number that is none is an error of the script', () => {
  expect(() => callerIdProblem('+49301234567', '+49', undefined)).toThrow(
    'is no international number',
  );
});
