/** The page that .config/page.js has built, with the data of a run put into it. */
import { PAGE_DATA_ID, type PageData } from '../../story/page-data.js';

const DATA_PLACE = '<!--OFFHOOK-DATA-->';
const PARTS_PLACE = '<!--OFFHOOK-PARTS-->';

/** @param elements the parts, as elements of the page */
export function filled(template: string, data: PageData, elements: string): string {
  const json = `<script type="application/json" id="${PAGE_DATA_ID}">${harmless(JSON.stringify(data))}</script>`;
  return put(put(template, DATA_PLACE, json), PARTS_PLACE, elements);
}

/** JSON that ends no script element and begins no comment in one (HTML standard, 13.2.5.4), with the same value. */
function harmless(json: string): string {
  return json.replace(/[<\u2028\u2029]/g, (char) => `\\u${hex(char)}`);
}

function hex(char: string): string {
  return char.charCodeAt(0).toString(16).padStart(4, '0');
}

function put(template: string, place: string, content: string): string {
  const parts = template.split(place);
  if (parts.length !== 2) throw new Error(`the page template has no single ${place}`);
  return parts.join(content);
}
