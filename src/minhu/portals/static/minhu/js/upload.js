// Upload fields: preview, limits told before sending, pictures made smaller (which drops their position data).
import { all, icon, make, once, say } from "./words.js";

const LONGEST = 1920;
const SHRINK_ABOVE = 400 * 1024;

const size = (bytes) => (bytes > 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.ceil(bytes / 1024)} KB`);

async function shrink(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < SHRINK_ABOVE) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = make("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (!blob || blob.size >= file.size) return file;
    return new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg", lastModified: file.lastModified });
  } catch {
    return file;
  }
}

function fits(file, input) {
  const accepted = input.accept.split(",").map((word) => word.trim().toLowerCase()).filter(Boolean);
  return !accepted.length || accepted.some((word) => word.endsWith("/*") ? file.type.startsWith(word.slice(0, -1)) : file.type === word || file.name.toLowerCase().endsWith(word));
}

function setUp(field) {
  const input = field.querySelector('input[type="file"]');
  const list = field.querySelector("[data-upload-list]");
  const most = Number(field.dataset.limit);
  const megabytes = Number(field.dataset.megabytes);
  let files = [];
  let problems = [];

  const put = () => {
    const bag = new DataTransfer();
    for (const file of files) bag.items.add(file);
    input.files = bag.files;
    list.replaceChildren(...problems.map((text) => make("li", { class: "upload-problem" }, text)), ...files.map(card));
  };

  function card(file) {
    const remove = make("button", { type: "button", class: "btn btn-icon", "aria-label": say("file_remove", { name: file.name }) }, icon("x"));
    remove.addEventListener("click", () => { files = files.filter((other) => other !== file); problems = []; put(); input.focus(); });
    let view = make("span", { class: "upload-thumb" }, icon("file"));
    if (file.type.startsWith("image/")) {
      const address = URL.createObjectURL(file);
      view = make("img", { src: address, alt: file.name });
      view.addEventListener("load", () => URL.revokeObjectURL(address));
    }
    return make("li", {}, view, remove, `${file.name} · ${size(file.size)}`);
  }

  input.addEventListener("change", async () => {
    problems = [];
    for (const file of [...input.files]) {
      const small = await shrink(file);
      if (file.size === 0) problems.push(say("file_empty", { name: file.name }));
      else if (!fits(file, input)) problems.push(say("file_wrong", { name: file.name }));
      else if (small.size > megabytes * 1048576) problems.push(say("file_too_big", { name: file.name, size: megabytes }));
      else if (files.length >= most && input.multiple) problems.push(say("file_too_many", { n: most }));
      else files = input.multiple ? [...files, small] : [small];
    }
    problems = [...new Set(problems)];
    put();
  });
}

export function setUpUploads(root) {
  for (const field of all(root, "[data-upload]")) once(field, "Upload", setUp);
}
