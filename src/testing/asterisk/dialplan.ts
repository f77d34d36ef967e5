/**
 * Every number of the test Asterisk, what it does, and the variable under which a scenario reads it. The
 * dialplan and the variables are made from this one table.
 */

interface Service {
  /** A scenario reads the number with env(variable). */
  variable: string;
  number: string;
  /** Applications of Asterisk, in order; each number ends with a hang-up. */
  steps: readonly string[];
  /** Where it is not the number itself that is looked up: a pattern it fits, e.g. for digits with a meaning. */
  pattern?: string;
}

/** Tones are those of TONES: each is one frequency, so that one filter tells them apart. */
export const TONES = {
  prompt: '600/400,0/600',
  okay: '800',
  wrong: '300',
  early: '700',
  cadence: '1000/2000,0/3000',
  first: '1000',
  second: '1200',
  busy: '480+620/500,0/500',
} as const;

/** Calls last as long as the caller likes, within reason: nothing stays up when an agent died. */
const LONG = 'Wait(120)';

const SERVICES: readonly Service[] = [
  // --- answered at once
  { variable: 'PBX_ECHO', number: '600', steps: ['Answer()', 'Echo()'] },
  // 1004 Hz
  { variable: 'PBX_TONE', number: '601', steps: ['Answer()', 'Milliwatt(m)'] },
  // 1000 Hz, 2 s of every 5
  {
    variable: 'PBX_CADENCE',
    number: '607',
    steps: ['Answer()', 'Playtones(cadence)', LONG],
  },
  // 800 Hz, a hundredth of the usual: -53 dBFS
  {
    variable: 'PBX_QUIET_TONE',
    number: '609',
    steps: ['Answer()', 'Set(VOLUME(TX)=-100)', 'Playtones(okay)', LONG],
  },
  // not one RTP packet
  { variable: 'PBX_NO_RTP', number: '606', steps: ['Answer()', LONG] },
  { variable: 'PBX_MUSIC', number: '660', steps: ['Answer()', 'MusicOnHold(default)'] },
  // 605N hangs up N seconds after its answer, with a tone until then
  {
    variable: 'PBX_HANGS_UP',
    number: '6051',
    pattern: '_605[1-9]',
    steps: ['Answer()', 'Playtones(okay)', 'Wait(${EXTEN:3})', 'Hangup(16)'],
  },
  // rooms 6200 to 6209
  {
    variable: 'PBX_CONFERENCE',
    number: '6200',
    pattern: '_620X',
    steps: ['Answer()', 'ConfBridge(${EXTEN},plain_bridge,quiet_user)'],
  },

  // --- answered late
  {
    variable: 'PBX_RINGS_3S',
    number: '602',
    steps: ['Ringing()', 'Wait(3)', 'Answer()', 'Playtones(okay)', LONG],
  },
  // 183 with 700 Hz for 4 s, then an echo
  {
    variable: 'PBX_EARLY_MEDIA',
    number: '603',
    steps: ['Progress()', 'Playtones(early)', 'Wait(4)', 'StopPlaytones()', 'Answer()', 'Echo()'],
  },

  // --- never answered
  // 183 with the busy tone for 2 s, then 486
  {
    variable: 'PBX_EARLY_BUSY',
    number: '604',
    steps: ['Progress()', 'Playtones(busy)', 'Wait(2)', 'Hangup(17)'],
  },
  { variable: 'PBX_RINGS', number: '9000', steps: ['Ringing()', LONG] },
  // nothing after the 100
  { variable: 'PBX_TRYING', number: '9001', steps: [LONG] },
  // 180, after 4 s 480
  { variable: 'PBX_NO_ANSWER', number: '9002', steps: ['Ringing()', 'Wait(4)', 'Hangup(19)'] },
  { variable: 'PBX_FORBIDDEN', number: '9403', steps: ['Hangup(21)'] },
  { variable: 'PBX_NOT_FOUND', number: '9404', steps: ['Hangup(1)'] },
  { variable: 'PBX_UNAVAILABLE', number: '9480', steps: ['Hangup(19)'] },
  { variable: 'PBX_BUSY', number: '9486', steps: ['Hangup(17)'] },
  { variable: 'PBX_NOT_ACCEPTABLE', number: '9488', steps: ['Hangup(58)'] },
  { variable: 'PBX_OVERLOADED', number: '9503', steps: ['Hangup(34)'] },

  // --- DTMF
  // prompt of 600 Hz; 1: 1000 Hz, 2: 1200 Hz, 3: rings bob; anything else, or nothing for 6 s: 300 Hz and a BYE
  {
    variable: 'PBX_IVR',
    number: '610',
    steps: [
      'Answer()',
      'Read(DIGIT,prompt,1,i,1,6)',
      'GotoIf($["${DIGIT}" = "3"]?bob,1)',
      'Playtones(${IF($["${DIGIT}" = "1"]?first:${IF($["${DIGIT}" = "2"]?second:wrong)})})',
      'Wait(${IF($["${DIGIT}" = "1" | "${DIGIT}" = "2"]?8:1)})',
      'Hangup(16)',
    ],
  },
  // digits up to "#": 1234 gives 800 Hz, anything else a BYE with Reason: Q.850;cause=21
  {
    variable: 'PBX_PIN',
    number: '611',
    steps: [
      'Answer()',
      'Read(PIN,prompt,,i,1,8)',
      'ExecIf($["${PIN}" != "1234"]?Hangup(21))',
      'Playtones(okay)',
      'Wait(8)',
      'Hangup(16)',
    ],
  },
  // the same before the answer, in the early media of a 183; only 1234 is answered, with an echo
  {
    variable: 'PBX_EARLY_PIN',
    number: '614',
    steps: [
      'Progress()',
      'Playtones(early)',
      'Read(PIN,,,n,1,8)',
      'ExecIf($["${PIN}" != "1234"]?Hangup(21))',
      'Answer()',
      'Echo()',
    ],
  },
  // digits up to "#", or 3 s without one, which it then sends back
  {
    variable: 'PBX_DTMF_BACK',
    number: '612',
    steps: [
      'Answer()',
      'Read(DIGITS,prompt,,i,1,3)',
      'Playtones(okay)',
      'SendDTMF(${DIGITS},200,120)',
      'Wait(2)',
      'Hangup(16)',
    ],
  },
  // 1 s after the answer, beside a tone, so that RTP flows
  {
    variable: 'PBX_SENDS_DTMF',
    number: '613',
    steps: ['Answer()', 'Playtones(okay)', 'Wait(1)', 'SendDTMF(12345*0#,200,120)', LONG],
  },

  // rings bob, who sees another number than the caller's, as behind a trunk
  {
    variable: 'PBX_BOB_BY_TRUNK',
    number: '640',
    steps: ['Set(CALLERID(num)=+4930555000)', 'Gosub(dial,s,1(bob))'],
  },

  // alice and bob by numbers of their own, which they show each other
  {
    variable: 'PBX_NUMBER_OF_A',
    number: '+4930100001',
    steps: ['Set(CALLERID(num)=+4930100002)', 'Gosub(dial,s,1(alice))'],
  },
  {
    variable: 'PBX_NUMBER_OF_B',
    number: '+4930100002',
    steps: ['Set(CALLERID(num)=+4930100001)', 'Gosub(dial,s,1(bob))'],
  },
  // the same as a switch in Germany may show it, without the country code
  {
    variable: 'PBX_BOB_NATIONAL',
    number: '643',
    steps: ['Set(CALLERID(num)=030555000)', 'Gosub(dial,s,1(bob))'],
  },
  // rings bob by two calls at once, as a server that has his contact twice
  {
    variable: 'PBX_BOB_TWICE',
    number: '641',
    steps: [
      'Set(CONTACTS=${PJSIP_DIAL_CONTACTS(bob)})',
      'ExecIf($["${CONTACTS}" = ""]?Hangup(20))',
      'Dial(${CONTACTS}&${CONTACTS},20)',
    ],
  },
  // rings bob; once he has answered, he gets a digit 9 that the caller has not sent
  {
    variable: 'PBX_BOB_AND_A_DIGIT',
    number: '642',
    steps: [
      'Set(CONTACTS=${PJSIP_DIAL_CONTACTS(bob)})',
      'ExecIf($["${CONTACTS}" = ""]?Hangup(20))',
      'Dial(${CONTACTS},20,D(9))',
    ],
  },
  // rings bob for 1 s, then answers in his place, as a voicemail does
  {
    variable: 'PBX_BOB_OR_VOICEMAIL',
    number: '644',
    steps: ['Dial(${PJSIP_DIAL_CONTACTS(bob)},1)', 'Answer()', 'Playtones(okay)', LONG],
  },

  // 600 Hz as a greeting, a beep of 1000 Hz; what follows is a new message for bob, who is told by a NOTIFY
  {
    variable: 'PBX_VOICEMAIL_OF_B',
    number: '650',
    steps: [
      'Answer()',
      'Playtones(prompt)',
      'Wait(1)',
      'StopPlaytones()',
      'VoiceMail(bob@offhook,st(${PBX_SOUNDS}/beep))',
    ],
  },
  // music until bob answers, who is rung for 15 s at a time
  { variable: 'PBX_QUEUE', number: '670', steps: ['Answer()', 'Queue(sales)'] },
  // who is transferred there waits with music; the first is at 691
  { variable: 'PBX_PARK', number: '690', steps: ['Park(default,s)'] },
  {
    variable: 'PBX_PARKED_PLACE',
    number: '691',
    pattern: '_69[1-9]',
    steps: ['ParkedCall(default,${EXTEN})'],
  },

  // --- sends the caller elsewhere
  {
    variable: 'PBX_REDIRECTS_TO_BOB',
    number: '680',
    steps: ['Transfer(PJSIP/sip:bob@${PBX_DOMAIN})'],
  },
  {
    variable: 'PBX_REDIRECTS_TO_ECHO',
    number: '681',
    steps: ['Transfer(PJSIP/sip:600@${PBX_DOMAIN})'],
  },
  // answers, after 1 s a REFER to the tone
  {
    variable: 'PBX_REFERS_TO_TONE',
    number: '682',
    steps: ['Answer()', 'Wait(1)', 'Transfer(PJSIP/sip:601@${PBX_DOMAIN})', LONG],
  },

  // --- 65NO: from now on the caller's mailbox has N new and O old messages (a NOTIFY to who subscribed); then it hangs up
  {
    variable: 'PBX_MAILBOX_2_NEW_1_OLD',
    number: '6521',
    pattern: '_65XX',
    steps: ['Answer()', 'MinivmMWI(${CHANNEL(endpoint)}@offhook,0,${EXTEN:2:1},${EXTEN:3:1})'],
  },
  {
    variable: 'PBX_MAILBOX_EMPTY',
    number: '6500',
    pattern: '_65XX',
    steps: [],
  },
];

/** What a scenario reads: PBX_ECHO and so on. */
export function numberVariables(): Record<string, string> {
  return Object.fromEntries(SERVICES.map(({ variable, number }) => [variable, number]));
}

/**
 * Writes extensions.conf; `sounds` is the folder with the test's own sounds. A call to a user rings all of the user's
 * contacts, or gets 480 if there are none. Subscribers to a user are notified of its calls.
 */
export function dialplan(users: readonly string[], domain: string, sounds: string): string {
  return `[globals]
PBX_DOMAIN = ${domain}
PBX_SOUNDS = ${sounds}

[strangers]

[users]
${SERVICES.filter(({ steps }) => steps.length > 0)
  .map(extension)
  .join('\n')}
${users.map((user) => `exten => ${user},1,Gosub(dial,s,1(${user}))\nexten => ${user},hint,PJSIP/${user}`).join('\n')}

[dial]
${lines('s', [
  // what the caller says about itself in X-Test-Id goes to the callee, as PBXs pass on a few headers
  'Set(__TEST_ID=${PJSIP_HEADER(read,X-Test-Id)})',
  'Set(CONTACTS=${PJSIP_DIAL_CONTACTS(${ARG1})})',
  'ExecIf($["${CONTACTS}" = ""]?Hangup(20))',
  'Dial(${CONTACTS},60,b(add-headers^s^1))',
  'Hangup(${IF($["${DIALSTATUS}" = "NOANSWER"]?19:${HANGUPCAUSE})})',
])}

[add-headers]
${lines('s', [
  'ExecIf($["${TEST_ID}" != ""]?Set(PJSIP_HEADER(add,X-Test-Id)=${TEST_ID}))',
  'Return()',
])}

[messages]
${users.map((user) => `exten => ${user},1,MessageSend(pjsip:${user},\${MESSAGE(from)})`).join('\n')}
`;
}

function extension({ number, pattern, steps }: Service): string {
  return lines(pattern ?? number, [...steps, 'Hangup()']);
}

function lines(name: string, steps: readonly string[]): string {
  const [first = '', ...more] = steps;
  return [`exten => ${name},1,${first}`, ...more.map((step) => ` same => n,${step}`)].join('\n');
}
