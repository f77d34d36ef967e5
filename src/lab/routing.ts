/**
 * The Kamailio configuration of a lab: a registrar and proxy with digest authentication, no database.
 *
 *   alice, bob, ...   rings every contact the user registered; 480 without one, 404 for an unknown user
 *   9NNN              answers NNN at once (9302 with a Contact, 9503 with Retry-After)
 *   8000              never answers; 8001 answers 100 only, 8002 rings for ever (until CANCEL)
 *
 * INVITE and MESSAGE of the lab's own users are challenged (407), REGISTER always (401); 403 for a wrong
 * password. Requests of other senders to the lab's users pass, as calls from outside would.
 */
import { labPassword, labUsers } from './users.js';
import { REASON_PHRASES } from '../sip/reason-phrases.js';

export interface RoutingOptions {
  host: string;
  port: number;
  /** Value of the Server header: distinguishes this lab from other programs on the port. */
  server: string;
  tls?: { port: number; pemFile: string };
}

const REALM = 'lab.test';
/** Codes that ask for credentials: a number that answers one of them sends a challenge, not a refusal. */
const CHALLENGES: ReadonlySet<string> = new Set(['401', '407']);

export function routingConfig(options: RoutingOptions): string {
  return [globals(options), MODULES, tlsModule(options), users(), REQUESTS, answers()].join('\n');
}

/**
 * Uses one worker for each transport: several workers reorder the messages of a call, and on a busy machine wait for each
 * other's locks.
 */
function globals({ host, port, server, tls }: RoutingOptions): string {
  return `#!KAMAILIO
debug=0
log_stderror=yes
children=1
tcp_children=1
tcp_connection_lifetime=3605
tcp_accept_no_cl=yes
listen=udp:${host}:${port}
listen=tcp:${host}:${port}
${tls === undefined ? '' : `enable_tls=yes\nlisten=tls:${host}:${tls.port}`}
alias="${REALM}"
auto_aliases=no
dns=no
rev_dns=no
server_header="Server: ${server}"
user_agent_header="User-Agent: ${server}"
`;
}

// A branch without any response within 3 s is over: that is shorter than await_until's default, so a scenario
// sees the 408. Such a branch, and a lost TCP connection, removes its contact.
const MODULES = `
loadmodule "kex.so"
loadmodule "corex.so"
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "sanity.so"
loadmodule "nathelper.so"
loadmodule "htable.so"
loadmodule "auth.so"

modparam("tm", "fr_timer", 3000)
modparam("tm", "fr_inv_timer", 120000)
modparam("tm", "failure_reply_mode", 3)
modparam("usrloc", "db_mode", 0)
modparam("usrloc", "use_domain", 0)
modparam("usrloc", "timer_interval", 2)
modparam("usrloc", "handle_lost_tcp", 1)
modparam("registrar|nathelper", "received_avp", "$avp(received)")
modparam("registrar", "min_expires", 5)
modparam("registrar", "max_expires", 3600)
modparam("registrar", "max_contacts", 0)
modparam("registrar", "method_filtering", 0)
modparam("rr", "enable_full_lr", 1)
modparam("rr", "append_fromtag", 1)
modparam("auth", "nonce_expire", 300)
modparam("auth", "qop", "auth")
modparam("htable", "htable", "users=>size=8;")
`;

function tlsModule({ tls }: RoutingOptions): string {
  if (tls === undefined) return '';
  return `
loadmodule "tls.so"
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "${tls.pemFile}")
modparam("tls", "private_key", "${tls.pemFile}")
modparam("tls", "verify_certificate", 0)
modparam("tls", "require_certificate", 0)
`;
}

function users(): string {
  const lines = labUsers().map((user) => `    $sht(users=>${user}) = "${labPassword(user)}";`);
  return `\nevent_route[htable:mod-init] {\n${lines.join('\n')}\n}\n`;
}

const REQUESTS = `
request_route {
    if (!mf_process_maxfwd_header("20")) { sl_send_reply("483", "Too Many Hops"); exit; }
    if (!sanity_check("1511", "7")) exit;
    if ($rU == "8000" && !has_totag()) exit;

    if (is_method("CANCEL")) {
        if (t_check_trans()) t_relay();
        exit;
    }
    if (!is_method("ACK")) {
        if (t_precheck_trans()) { t_check_trans(); exit; }
        t_check_trans();
    }
    # an agent behind TCP or TLS is reached over its own connection, also later in the dialog
    if ($pr != "udp" && !is_method("REGISTER")) add_contact_alias();

    if (has_totag()) { route(IN_DIALOG); exit; }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }

    remove_hf("Route");
    if (is_method("REGISTER")) { route(REGISTRAR); exit; }
    if (is_method("OPTIONS") && $rU == $null) { sl_send_reply("200", "OK"); exit; }
    if (is_method("SUBSCRIBE|PUBLISH")) { sl_send_reply("489", "Bad Event"); exit; }
    if (is_method("INVITE|MESSAGE") && $sht(users=>$fU) != $null) route(AUTHENTICATE);
    if (is_method("INVITE|REFER")) record_route();

    if (!is_myself("$ru")) {
        if ($rd != "127.0.0.1") { sl_send_reply("403", "Relaying Denied"); exit; }
        route(RELAY);
        exit;
    }
    if ($rU == $null) { sl_send_reply("484", "Address Incomplete"); exit; }
    if ($rU =~ "^9[3-6][0-9][0-9]$") { route(ANSWER); exit; }
    if ($rU =~ "^800[12]$" && is_method("INVITE")) { route(UNANSWERED); exit; }
    if (!lookup("location")) {
        if ($sht(users=>$rU) == $null) sl_send_reply("404", "Not Found");
        else sl_send_reply("480", "Not Registered");
        exit;
    }
    route(RELAY);
}

route[IN_DIALOG] {
    if (loose_route()) {
        handle_ruri_alias();
        if (is_method("NOTIFY|REFER")) record_route();
        route(RELAY);
        exit;
    }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    if (!is_myself("$ru")) { route(RELAY); exit; }
    sl_send_reply("481", "Call/Transaction Does Not Exist");
}

route[REGISTRAR] {
    if ($sht(users=>$tU) == $null) { sl_send_reply("404", "No Such User"); exit; }
    if (!pv_www_authenticate("${REALM}", "$sht(users=>$tU)", "0")) {
        if ($rc == -2) { sl_send_reply("403", "Wrong Password"); exit; }
        auth_challenge("${REALM}", "0");
        exit;
    }
    if ($au != $tU) { sl_send_reply("403", "Not Your Address"); exit; }
    fix_nated_register();
    if (!save("location")) sl_reply_error();
}

route[AUTHENTICATE] {
    if (!pv_proxy_authenticate("${REALM}", "$sht(users=>$fU)", "0")) {
        if ($rc == -2) { sl_send_reply("403", "Wrong Password"); exit; }
        auth_challenge("${REALM}", "1");
        exit;
    }
    if ($au != $fU) { sl_send_reply("403", "Not Your Address"); exit; }
    consume_credentials();
}

route[RELAY] {
    t_on_reply("REPLY");
    if (is_method("INVITE") && !has_totag()) t_on_branch_failure("GONE");
    if (!t_relay()) sl_reply_error();
}

onreply_route[REPLY] {
    setbflag(1);
    if ($pr != "udp") add_contact_alias();
}

# a contact that never said a word belongs to an agent that was killed: the next call must not wait for it
event_route[tm:branch-failure:GONE] {
    if ($T_reply_code == 408 && !isbflagset(1)) unregister("location", "$tu", "$T_reply_ruid");
}

# the suspended transaction stays until the caller gives up or the time-out comes
route[UNANSWERED] {
    t_set_fr(120000, 120000);
    if (!t_newtran()) exit;
    if ($rU == "8001") t_reply("100", "Trying");
    else t_reply("180", "Ringing");
    t_suspend();
}
`;

function answers(): string {
  const refusals = Object.entries(REASON_PHRASES).filter(
    ([code]) => Number(code) >= 400 && !CHALLENGES.has(code),
  );
  const cases = refusals.map(
    ([code, reason]) => `        case ${code}: sl_send_reply("${code}", "${reason}"); break;`,
  );
  return `
route[ANSWER] {
    if ($rU == "9302") append_to_reply("Contact: <sip:bob@$Ri:$Rp>\\r\\n");
    if ($rU == "9503") append_to_reply("Retry-After: 2\\r\\n");
    $var(code) = $(rU{s.substr,1,3}{s.int});
    switch ($var(code)) {
        case 302: sl_send_reply("302", "Moved Temporarily"); break;
${cases.join('\n')}
        default: sl_send_reply("$var(code)", "Lab Answer");
    }
}
`;
}
