/** The body of an INVITE that begins a call: an offer, of a recording session its metadata as well. */
import type { Media } from '../media/media.js';
import { describe, type PeerCall } from '../call.js';
import type { CallWish } from '../call-wish.js';
import { recordingBody, type RecordingBody } from './metadata.js';

/** Reserves the ports of the call and returns the body; undefined if it is empty or written by the script. */
export async function inviteBody(
  media: Media,
  call: PeerCall,
  wish: CallWish,
): Promise<RecordingBody | undefined> {
  if (wish.request.body !== undefined) return undefined;
  const { recording, request } = wish;
  if (recording !== undefined) call.recording = { labels: recording.labels, began: new Date() };
  const offer = await offerOf(media, call, wish);
  if (recording !== undefined) {
    return recordingBody(call, offer, recording.metadata, recording.metadataType);
  }
  const contentType = request.contentType ?? 'application/sdp';
  return offer === '' ? undefined : { body: offer, contentType, more: [] };
}

/** A text of the script needs no ports. For a late offer ports are reserved, because the answer names them. */
async function offerOf(
  media: Media,
  call: PeerCall,
  { sdp, isOfferLate }: CallWish,
): Promise<string> {
  if (typeof sdp === 'string') return isOfferLate ? '' : sdp;
  const description = await describe(media, call);
  return isOfferLate ? '' : description.offer(sdp);
}
