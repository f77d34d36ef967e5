import { established, number, register, user } from './pbx.js';

scenario('a parked call is picked up elsewhere', () => {
  const [caller, second, third] = [user('A'), user('B'), user('C')];
  register(caller, second, third);
  caller.dial(env('B_USER'));
  second.accept();
  established(caller, second);
  second.transfer(number('PBX_PARK'));
  await_until(() => assert(second.ended).contains({ how: 'transferred' }));
  third.dial(number('PBX_PARKED_PLACE')); // the first free place: the PBX would tell it to who parks
  established(third);
  verify_audio_connection(caller, third);
});
