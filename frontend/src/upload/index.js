import { mount } from "./page.js";

const root = document.getElementById("upload");
if (root) mount(root);
