import { addWords } from "../../core/words/words.js";

addWords((code) => import(`./words/${code}.js`));
