import type { Random } from './random.ts'

/** Where a picture plays. */
export type Place =
  'land' | 'forest' | 'sea' | 'desert' | 'city' | 'space' | 'abstract' | 'surface' | 'studio'

/** The hour, which decides the light. */
export type Hour = 'dawn' | 'day' | 'sunset' | 'night'

/** What the picture is as a thing: a photograph, or something made by hand. */
export type Look = 'photo' | 'mono' | 'ink' | 'flat'

/** What stands in the picture. */
export type SubjectName =
  | 'fox'
  | 'cat'
  | 'otter'
  | 'deer'
  | 'bird'
  | 'lighthouse'
  | 'boat'
  | 'cabin'
  | 'balloon'
  | 'tent'
  | 'mug'
  | 'lamp'
  | 'plant'
  | 'fruit'
  | 'mushroom'
  | 'vase'

/** The material of a picture that is nothing but a surface. */
export type Material = 'paper' | 'wood' | 'stone' | 'fabric'

/** What was understood of a prompt. */
export interface Words {
  place: Place
  hour: Hour
  look: Look
  subject: SubjectName | undefined
  material: Material
  snow: boolean
  fog: boolean
  autumn: boolean
  water: boolean
  mountains: boolean
  flowers: boolean
  /** Set before white. */
  white: boolean
}

/** English words at word boundaries (with a plural), Chinese ones anywhere. */
function words(english: string, chinese: string): RegExp {
  return new RegExp(`\\b(?:${english})(?:s|es|y|ed)?\\b|${chinese}`, 'iu')
}

const SUBJECTS: Record<SubjectName, RegExp> = {
  fox: words('fox|vixen', '狐'),
  cat: words('cat|kitten', '猫'),
  otter: words('otter', '水獭|海獭'),
  deer: words('deer|stag|elk|moose', '鹿'),
  bird: words('bird|gull|seagull|geese|goose|crane|swallow', '鸟|鸥|雁'),
  lighthouse: words('lighthouse', '灯塔'),
  boat: words('boat|sailboat|ship|yacht|sail', '船|帆'),
  cabin: words('cabin|house|hut|cottage|home|barn', '屋|房子|小木屋'),
  balloon: words('balloon', '气球'),
  tent: words('tent|camp|camping', '帐篷|露营'),
  mug: words('mug|cup|coffee|tea|espresso', '杯|咖啡|茶'),
  lamp: words('lamp|desk lamp|lantern', '台灯|灯(?!塔)'),
  plant: words('plant|houseplant|succulent|leaf|leaves', '植物|盆栽|绿植'),
  fruit: words('apple|pear|orange|lemon|peach|fruit', '苹果|梨|橙|柠檬|桃|水果'),
  mushroom: words('mushroom|toadstool', '蘑菇'),
  vase: words('vase|pot|pottery|ceramic|bottle|jar|product|perfume', '花瓶|陶|瓶|产品|商品'),
}

const PLACES: readonly (readonly [Place, RegExp])[] = [
  [
    'studio',
    words('studio|product|still life|white background|icon|logo|sticker|packshot', '产品|静物|图标|白底'),
  ],
  [
    'surface',
    words(
      'paper|texture|parchment|wood|wooden|grain|plank|stone|concrete|plaster|fabric|linen|cloth|canvas',
      '纸|纹理|木板|石材|布料|亚麻',
    ),
  ],
  [
    'abstract',
    words('abstract|gradient|pattern|wave form|silk|fluid|marble|shapes|wallpaper', '抽象|渐变|图案|流体'),
  ],
  [
    'space',
    words('space|galaxy|nebula|planet|cosmos|universe|star field|starfield', '宇宙|星系|星云|行星|太空'),
  ],
  [
    'city',
    words('city|skyline|street|town|urban|building|skyscraper|cyberpunk|metropolis', '城市|街|楼|都市'),
  ],
  ['desert', words('desert|dune|sahara', '沙漠|沙丘')],
  ['sea', words('sea|ocean|beach|coast|wave|island|harbour|harbor|bay', '海|沙滩|岛|港')],
  ['forest', words('forest|wood(?=s)|tree|pine|birch|jungle', '森林|树|林')],
  [
    'land',
    words(
      'mountain|hill|valley|lake|river|meadow|field|landscape|alp|snow|village|countryside',
      '山|谷|湖|河|草原|田|雪',
    ),
  ],
]

const AT_SEA: ReadonlySet<SubjectName> = new Set(['lighthouse', 'boat', 'otter'])
const INDOORS: ReadonlySet<SubjectName> = new Set(['mug', 'lamp', 'plant', 'fruit', 'vase'])

/** Read a prompt. What it leaves open is drawn from `random`. */
export function readWords(prompt: string, random: Random): Words {
  const has = (english: string, chinese: string): boolean => words(english, chinese).test(prompt)
  const subject = (Object.keys(SUBJECTS) as SubjectName[]).find((name) => SUBJECTS[name].test(prompt))
  const place = placeOf(prompt, subject, random)
  const material = has('wood|wooden|plank', '木')
    ? 'wood'
    : has('stone|concrete|plaster|marble', '石|混凝土')
      ? 'stone'
      : has('fabric|linen|cloth|canvas|textile', '布|麻')
        ? 'fabric'
        : 'paper'
  return {
    place,
    hour: hourOf(prompt, place, random),
    look: lookOf(prompt),
    subject: place === 'surface' || place === 'abstract' || place === 'space' ? undefined : subject,
    material,
    snow: has('snow|winter|frost|ice|arctic', '雪|冬|冰'),
    fog: has('fog|mist|haze|foggy|misty', '雾|霭'),
    autumn: has('autumn|fall colou?r|october|foliage', '秋'),
    water: has('lake|river|water|reflection|pond|fjord', '湖|河|水|倒影'),
    mountains: has('mountain|alp|peak|fjord|himalaya', '山|峰'),
    white: has('white', '白底|白色'),
    flowers: has('flower|meadow|poppy|poppies|lavender|wildflower|spring', '花|草原|春'),
  }
}

function placeOf(prompt: string, subject: SubjectName | undefined, random: Random): Place {
  const named = PLACES.find(([, pattern]) => pattern.test(prompt))
  if (named) return named[0]
  if (subject && AT_SEA.has(subject)) return 'sea'
  if (subject && INDOORS.has(subject)) return 'studio'
  if (subject) return 'land'
  return random.pick(['land', 'land', 'land', 'forest', 'sea', 'desert'])
}

function hourOf(prompt: string, place: Place, random: Random): Hour {
  if (words('night|moon|moonlit|midnight|star|stars|aurora|neon', '夜|月|星').test(prompt)) return 'night'
  if (words('sunset|dusk|evening|golden hour|twilight', '日落|黄昏|傍晚|夕阳|晚霞').test(prompt))
    return 'sunset'
  if (words('dawn|sunrise|morning|pastel', '黎明|日出|清晨|早晨').test(prompt)) return 'dawn'
  if (words('day|noon|midday|sunny|summer|bright', '白天|正午|晴|夏').test(prompt)) return 'day'
  if (place === 'city') return random.pick(['sunset', 'night', 'dawn'])
  return random.pick(['dawn', 'day', 'day', 'sunset'])
}

function lookOf(prompt: string): Look {
  if (words('ink|sketch|line drawing|woodcut|linocut|pencil', '水墨|素描|版画').test(prompt)) return 'ink'
  if (words('black and white|monochrome|b&w|noir', '黑白').test(prompt)) return 'mono'
  if (
    words('flat|vector|minimalist illustration|screen ?print|poster|risograph', '扁平|矢量|海报').test(prompt)
  ) {
    return 'flat'
  }
  return 'photo'
}
