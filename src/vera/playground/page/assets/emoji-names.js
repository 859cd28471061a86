/**
 * Every emoji and what Slack calls it: a line each, in the order of Slack's picker.
 *
 *   CHARACTER[!] NAME[ ALIAS…][|LABEL]
 *
 * `!`: it comes in skin tones. LABEL is how it is said; without one, the name with spaces.
 *
 * Made from `emoji.json` of the npm package emoji-datasource 16.0.0 (MIT, see vendor/LICENSES.md): sorted by category and
 * `sort_order`; the character from `unified`; `!` where each of `skin_variations` is the character with the tone after
 * its first code point; the label from `name`, lowercased (countries keep their capitals), without the "sign" that the
 * short name lacks, and none where `name` says only how a symbol is drawn ("heavy black heart").
 */
export const EMOJI = `
😀 grinning|grinning face
😃 smiley|smiling face with open mouth
😄 smile|smiling face with open mouth and smiling eyes
😁 grin|grinning face with smiling eyes
😆 laughing satisfied|smiling face with open mouth and tightly-closed eyes
😅 sweat_smile|smiling face with open mouth and cold sweat
🤣 rolling_on_the_floor_laughing
😂 joy|face with tears of joy
🙂 slightly_smiling_face
🙃 upside_down_face|upside-down face
🫠 melting_face
😉 wink|winking face
😊 blush|smiling face with smiling eyes
😇 innocent|smiling face with halo
🥰 smiling_face_with_3_hearts|smiling face with smiling eyes and three hearts
😍 heart_eyes|smiling face with heart-shaped eyes
🤩 star-struck grinning_face_with_star_eyes|grinning face with star eyes
😘 kissing_heart|face throwing a kiss
😗 kissing|kissing face
☺️ relaxed
😚 kissing_closed_eyes|kissing face with closed eyes
😙 kissing_smiling_eyes|kissing face with smiling eyes
🥲 smiling_face_with_tear
😋 yum|face savouring delicious food
😛 stuck_out_tongue|face with stuck-out tongue
😜 stuck_out_tongue_winking_eye|face with stuck-out tongue and winking eye
🤪 zany_face grinning_face_with_one_large_and_one_small_eye|grinning face with one large and one small eye
😝 stuck_out_tongue_closed_eyes|face with stuck-out tongue and tightly-closed eyes
🤑 money_mouth_face|money-mouth face
🤗 hugging_face
🤭 face_with_hand_over_mouth smiling_face_with_smiling_eyes_and_hand_covering_mouth|smiling face with smiling eyes and hand covering mouth
🫢 face_with_open_eyes_and_hand_over_mouth
🫣 face_with_peeking_eye
🤫 shushing_face face_with_finger_covering_closed_lips|face with finger covering closed lips
🤔 thinking_face
🫡 saluting_face
🤐 zipper_mouth_face|zipper-mouth face
🤨 face_with_raised_eyebrow face_with_one_eyebrow_raised|face with one eyebrow raised
😐 neutral_face
😑 expressionless|expressionless face
😶 no_mouth|face without mouth
🫥 dotted_line_face
😶‍🌫️ face_in_clouds
😏 smirk|smirking face
😒 unamused|unamused face
🙄 face_with_rolling_eyes
😬 grimacing|grimacing face
😮‍💨 face_exhaling
🤥 lying_face
🫨 shaking_face
🙂‍↔️ head_shaking_horizontally
🙂‍↕️ head_shaking_vertically
😌 relieved|relieved face
😔 pensive|pensive face
😪 sleepy|sleepy face
🤤 drooling_face
😴 sleeping|sleeping face
🫩 face_with_bags_under_eyes
😷 mask|face with medical mask
🤒 face_with_thermometer
🤕 face_with_head_bandage|face with head-bandage
🤢 nauseated_face
🤮 face_vomiting face_with_open_mouth_vomiting|face with open mouth vomiting
🤧 sneezing_face
🥵 hot_face|overheated face
🥶 cold_face|freezing face
🥴 woozy_face|face with uneven eyes and wavy mouth
😵 dizzy_face
😵‍💫 face_with_spiral_eyes
🤯 exploding_head shocked_face_with_exploding_head|shocked face with exploding head
🤠 face_with_cowboy_hat
🥳 partying_face|face with party horn and party hat
🥸 disguised_face
😎 sunglasses|smiling face with sunglasses
🤓 nerd_face
🧐 face_with_monocle
😕 confused|confused face
🫤 face_with_diagonal_mouth
😟 worried|worried face
🙁 slightly_frowning_face
☹️ white_frowning_face|frowning face
😮 open_mouth|face with open mouth
😯 hushed|hushed face
😲 astonished|astonished face
😳 flushed|flushed face
🥺 pleading_face|face with pleading eyes
🥹 face_holding_back_tears
😦 frowning|frowning face with open mouth
😧 anguished|anguished face
😨 fearful|fearful face
😰 cold_sweat|face with open mouth and cold sweat
😥 disappointed_relieved|disappointed but relieved face
😢 cry|crying face
😭 sob|loudly crying face
😱 scream|face screaming in fear
😖 confounded|confounded face
😣 persevere|persevering face
😞 disappointed|disappointed face
😓 sweat|face with cold sweat
😩 weary|weary face
😫 tired_face
🥱 yawning_face
😤 triumph|face with look of triumph
😡 rage|pouting face
😠 angry|angry face
🤬 face_with_symbols_on_mouth serious_face_with_symbols_covering_mouth|serious face with symbols covering mouth
😈 smiling_imp|smiling face with horns
👿 imp
💀 skull
☠️ skull_and_crossbones
💩 hankey poop shit|pile of poo
🤡 clown_face
👹 japanese_ogre
👺 japanese_goblin
👻 ghost
👽 alien|extraterrestrial alien
👾 space_invader|alien monster
🤖 robot_face
😺 smiley_cat|smiling cat face with open mouth
😸 smile_cat|grinning cat face with smiling eyes
😹 joy_cat|cat face with tears of joy
😻 heart_eyes_cat|smiling cat face with heart-shaped eyes
😼 smirk_cat|cat face with wry smile
😽 kissing_cat|kissing cat face with closed eyes
🙀 scream_cat|weary cat face
😿 crying_cat_face
😾 pouting_cat|pouting cat face
🙈 see_no_evil|see-no-evil monkey
🙉 hear_no_evil|hear-no-evil monkey
🙊 speak_no_evil|speak-no-evil monkey
💌 love_letter
💘 cupid|heart with arrow
💝 gift_heart|heart with ribbon
💖 sparkling_heart
💗 heartpulse|growing heart
💓 heartbeat|beating heart
💞 revolving_hearts
💕 two_hearts
💟 heart_decoration
❣️ heavy_heart_exclamation_mark_ornament|heart exclamation
💔 broken_heart
❤️‍🔥 heart_on_fire
❤️‍🩹 mending_heart
❤️ heart
🩷 pink_heart
🧡 orange_heart
💛 yellow_heart
💚 green_heart
💙 blue_heart
🩵 light_blue_heart
💜 purple_heart
🤎 brown_heart
🖤 black_heart
🩶 grey_heart
🤍 white_heart
💋 kiss|kiss mark
💯 100|hundred points symbol
💢 anger|anger symbol
💥 boom collision|collision symbol
💫 dizzy|dizzy symbol
💦 sweat_drops|splashing sweat symbol
💨 dash|dash symbol
🕳️ hole
💬 speech_balloon
👁️‍🗨️ eye-in-speech-bubble
🗨️ left_speech_bubble
🗯️ right_anger_bubble
💭 thought_balloon
💤 zzz|sleeping symbol
👋! wave|waving hand
🤚! raised_back_of_hand
🖐️! raised_hand_with_fingers_splayed|hand with fingers splayed
✋! hand raised_hand|raised hand
🖖! spock-hand|raised hand with part between middle and ring fingers
🫱! rightwards_hand
🫲! leftwards_hand
🫳! palm_down_hand
🫴! palm_up_hand
🫷! leftwards_pushing_hand
🫸! rightwards_pushing_hand
👌! ok_hand
🤌! pinched_fingers
🤏! pinching_hand
✌️! v|victory hand
🤞! crossed_fingers hand_with_index_and_middle_fingers_crossed|hand with index and middle fingers crossed
🫰! hand_with_index_finger_and_thumb_crossed
🤟! i_love_you_hand_sign
🤘! the_horns sign_of_the_horns|sign of the horns
🤙! call_me_hand
👈! point_left
👉! point_right
👆! point_up_2
🖕! middle_finger reversed_hand_with_middle_finger_extended|reversed hand with middle finger extended
👇! point_down
☝️! point_up
🫵! index_pointing_at_the_viewer
👍! +1 thumbsup|thumbs up
👎! -1 thumbsdown|thumbs down
✊! fist|raised fist
👊! facepunch punch|fisted hand
🤛! left-facing_fist|left-facing fist
🤜! right-facing_fist|right-facing fist
👏! clap|clapping hands
🙌! raised_hands|person raising both hands in celebration
🫶! heart_hands
👐! open_hands
🤲! palms_up_together
🤝! handshake
🙏! pray|person with folded hands
✍️! writing_hand
💅! nail_care|nail polish
🤳! selfie
💪! muscle|flexed biceps
🦾 mechanical_arm
🦿 mechanical_leg
🦵! leg
🦶! foot
👂! ear
🦻! ear_with_hearing_aid
👃! nose
🧠 brain
🫀 anatomical_heart
🫁 lungs
🦷 tooth
🦴 bone
👀 eyes
👁️ eye
👅 tongue
👄 lips|mouth
🫦 biting_lip
👶! baby
🧒! child
👦! boy
👧! girl
🧑! adult
👱! person_with_blond_hair
👨! man
🧔! bearded_person
🧔‍♂️! man_with_beard|man beard
🧔‍♀️! woman_with_beard|woman beard
👨‍🦰! red_haired_man|man red hair
👨‍🦱! curly_haired_man|man curly hair
👨‍🦳! white_haired_man
👨‍🦲! bald_man|man bald
👩! woman
👩‍🦰! red_haired_woman|woman red hair
🧑‍🦰! red_haired_person|person red hair
👩‍🦱! curly_haired_woman|woman curly hair
🧑‍🦱! curly_haired_person|person curly hair
👩‍🦳! white_haired_woman
🧑‍🦳! white_haired_person
👩‍🦲! bald_woman|woman bald
🧑‍🦲! bald_person|person bald
👱‍♀️! blond-haired-woman|woman blond hair
👱‍♂️! blond-haired-man|man blond hair
🧓! older_adult
👴! older_man
👵! older_woman
🙍! person_frowning
🙍‍♂️! man-frowning
🙍‍♀️! woman-frowning
🙎! person_with_pouting_face
🙎‍♂️! man-pouting
🙎‍♀️! woman-pouting
🙅! no_good|face with no good gesture
🙅‍♂️! man-gesturing-no
🙅‍♀️! woman-gesturing-no
🙆! ok_woman|face with ok gesture
🙆‍♂️! man-gesturing-ok
🙆‍♀️! woman-gesturing-ok
💁! information_desk_person
💁‍♂️! man-tipping-hand
💁‍♀️! woman-tipping-hand
🙋! raising_hand|happy person raising one hand
🙋‍♂️! man-raising-hand
🙋‍♀️! woman-raising-hand
🧏! deaf_person
🧏‍♂️! deaf_man
🧏‍♀️! deaf_woman
🙇! bow|person bowing deeply
🙇‍♂️! man-bowing
🙇‍♀️! woman-bowing
🤦! face_palm
🤦‍♂️! man-facepalming
🤦‍♀️! woman-facepalming
🤷! shrug
🤷‍♂️! man-shrugging
🤷‍♀️! woman-shrugging
🧑‍⚕️! health_worker
👨‍⚕️! male-doctor|man health worker
👩‍⚕️! female-doctor|woman health worker
🧑‍🎓! student
👨‍🎓! male-student|man student
👩‍🎓! female-student|woman student
🧑‍🏫! teacher
👨‍🏫! male-teacher|man teacher
👩‍🏫! female-teacher|woman teacher
🧑‍⚖️! judge
👨‍⚖️! male-judge|man judge
👩‍⚖️! female-judge|woman judge
🧑‍🌾! farmer
👨‍🌾! male-farmer|man farmer
👩‍🌾! female-farmer|woman farmer
🧑‍🍳! cook
👨‍🍳! male-cook|man cook
👩‍🍳! female-cook|woman cook
🧑‍🔧! mechanic
👨‍🔧! male-mechanic|man mechanic
👩‍🔧! female-mechanic|woman mechanic
🧑‍🏭! factory_worker
👨‍🏭! male-factory-worker|man factory worker
👩‍🏭! female-factory-worker|woman factory worker
🧑‍💼! office_worker
👨‍💼! male-office-worker|man office worker
👩‍💼! female-office-worker|woman office worker
🧑‍🔬! scientist
👨‍🔬! male-scientist|man scientist
👩‍🔬! female-scientist|woman scientist
🧑‍💻! technologist
👨‍💻! male-technologist|man technologist
👩‍💻! female-technologist|woman technologist
🧑‍🎤! singer
👨‍🎤! male-singer|man singer
👩‍🎤! female-singer|woman singer
🧑‍🎨! artist
👨‍🎨! male-artist|man artist
👩‍🎨! female-artist|woman artist
🧑‍✈️! pilot
👨‍✈️! male-pilot|man pilot
👩‍✈️! female-pilot|woman pilot
🧑‍🚀! astronaut
👨‍🚀! male-astronaut|man astronaut
👩‍🚀! female-astronaut|woman astronaut
🧑‍🚒! firefighter
👨‍🚒! male-firefighter|man firefighter
👩‍🚒! female-firefighter|woman firefighter
👮! cop|police officer
👮‍♂️! male-police-officer|man police officer
👮‍♀️! female-police-officer|woman police officer
🕵️! sleuth_or_spy|detective
🕵️‍♂️! male-detective|man detective
🕵️‍♀️! female-detective|woman detective
💂! guardsman
💂‍♂️! male-guard|man guard
💂‍♀️! female-guard|woman guard
🥷! ninja
👷! construction_worker
👷‍♂️! male-construction-worker|man construction worker
👷‍♀️! female-construction-worker|woman construction worker
🫅! person_with_crown
🤴! prince
👸! princess
👳! man_with_turban
👳‍♂️! man-wearing-turban
👳‍♀️! woman-wearing-turban
👲! man_with_gua_pi_mao
🧕! person_with_headscarf
🤵! person_in_tuxedo|man in tuxedo
🤵‍♂️! man_in_tuxedo
🤵‍♀️! woman_in_tuxedo
👰! bride_with_veil
👰‍♂️! man_with_veil
👰‍♀️! woman_with_veil
🤰! pregnant_woman
🫃! pregnant_man
🫄! pregnant_person
🤱! breast-feeding|breast-feeding
👩‍🍼! woman_feeding_baby
👨‍🍼! man_feeding_baby
🧑‍🍼! person_feeding_baby
👼! angel|baby angel
🎅! santa|father christmas
🤶! mrs_claus mother_christmas|mother christmas
🧑‍🎄! mx_claus
🦸! superhero
🦸‍♂️! male_superhero|man superhero
🦸‍♀️! female_superhero|woman superhero
🦹! supervillain
🦹‍♂️! male_supervillain|man supervillain
🦹‍♀️! female_supervillain|woman supervillain
🧙! mage
🧙‍♂️! male_mage|man mage
🧙‍♀️! female_mage|woman mage
🧚! fairy
🧚‍♂️! male_fairy|man fairy
🧚‍♀️! female_fairy|woman fairy
🧛! vampire
🧛‍♂️! male_vampire|man vampire
🧛‍♀️! female_vampire|woman vampire
🧜! merperson
🧜‍♂️! merman
🧜‍♀️! mermaid
🧝! elf
🧝‍♂️! male_elf|man elf
🧝‍♀️! female_elf|woman elf
🧞 genie
🧞‍♂️ male_genie|man genie
🧞‍♀️ female_genie|woman genie
🧟 zombie
🧟‍♂️ male_zombie|man zombie
🧟‍♀️ female_zombie|woman zombie
🧌 troll
💆! massage|face massage
💆‍♂️! man-getting-massage
💆‍♀️! woman-getting-massage
💇! haircut
💇‍♂️! man-getting-haircut
💇‍♀️! woman-getting-haircut
🚶! walking|pedestrian
🚶‍♂️! man-walking
🚶‍♀️! woman-walking
🚶‍➡️! person_walking_facing_right
🚶‍♀️‍➡️! woman_walking_facing_right
🚶‍♂️‍➡️! man_walking_facing_right
🧍! standing_person
🧍‍♂️! man_standing
🧍‍♀️! woman_standing
🧎! kneeling_person
🧎‍♂️! man_kneeling
🧎‍♀️! woman_kneeling
🧎‍➡️! person_kneeling_facing_right
🧎‍♀️‍➡️! woman_kneeling_facing_right
🧎‍♂️‍➡️! man_kneeling_facing_right
🧑‍🦯! person_with_probing_cane
🧑‍🦯‍➡️! person_with_white_cane_facing_right
👨‍🦯! man_with_probing_cane
👨‍🦯‍➡️! man_with_white_cane_facing_right
👩‍🦯! woman_with_probing_cane
👩‍🦯‍➡️! woman_with_white_cane_facing_right
🧑‍🦼! person_in_motorized_wheelchair
🧑‍🦼‍➡️! person_in_motorized_wheelchair_facing_right
👨‍🦼! man_in_motorized_wheelchair
👨‍🦼‍➡️! man_in_motorized_wheelchair_facing_right
👩‍🦼! woman_in_motorized_wheelchair
👩‍🦼‍➡️! woman_in_motorized_wheelchair_facing_right
🧑‍🦽! person_in_manual_wheelchair
🧑‍🦽‍➡️! person_in_manual_wheelchair_facing_right
👨‍🦽! man_in_manual_wheelchair
👨‍🦽‍➡️! man_in_manual_wheelchair_facing_right
👩‍🦽! woman_in_manual_wheelchair
👩‍🦽‍➡️! woman_in_manual_wheelchair_facing_right
🏃! runner running
🏃‍♂️! man-running
🏃‍♀️! woman-running
🏃‍➡️! person_running_facing_right
🏃‍♀️‍➡️! woman_running_facing_right
🏃‍♂️‍➡️! man_running_facing_right
💃! dancer
🕺! man_dancing
🕴️! man_in_business_suit_levitating|person in suit levitating
👯 dancers|woman with bunny ears
👯‍♂️ men-with-bunny-ears-partying man-with-bunny-ears-partying|men with bunny ears
👯‍♀️ women-with-bunny-ears-partying woman-with-bunny-ears-partying|women with bunny ears
🧖! person_in_steamy_room
🧖‍♂️! man_in_steamy_room
🧖‍♀️! woman_in_steamy_room
🧗! person_climbing
🧗‍♂️! man_climbing
🧗‍♀️! woman_climbing
🤺 fencer
🏇! horse_racing
⛷️ skier
🏂! snowboarder
🏌️! golfer|person golfing
🏌️‍♂️! man-golfing
🏌️‍♀️! woman-golfing
🏄! surfer
🏄‍♂️! man-surfing
🏄‍♀️! woman-surfing
🚣! rowboat
🚣‍♂️! man-rowing-boat
🚣‍♀️! woman-rowing-boat
🏊! swimmer
🏊‍♂️! man-swimming
🏊‍♀️! woman-swimming
⛹️! person_with_ball|person bouncing ball
⛹️‍♂️! man-bouncing-ball
⛹️‍♀️! woman-bouncing-ball
🏋️! weight_lifter|person lifting weights
🏋️‍♂️! man-lifting-weights
🏋️‍♀️! woman-lifting-weights
🚴! bicyclist
🚴‍♂️! man-biking
🚴‍♀️! woman-biking
🚵! mountain_bicyclist
🚵‍♂️! man-mountain-biking
🚵‍♀️! woman-mountain-biking
🤸! person_doing_cartwheel
🤸‍♂️! man-cartwheeling
🤸‍♀️! woman-cartwheeling
🤼 wrestlers
🤼‍♂️ man-wrestling|men wrestling
🤼‍♀️ woman-wrestling|women wrestling
🤽! water_polo
🤽‍♂️! man-playing-water-polo
🤽‍♀️! woman-playing-water-polo
🤾! handball
🤾‍♂️! man-playing-handball
🤾‍♀️! woman-playing-handball
🤹! juggling
🤹‍♂️! man-juggling
🤹‍♀️! woman-juggling
🧘! person_in_lotus_position
🧘‍♂️! man_in_lotus_position
🧘‍♀️! woman_in_lotus_position
🛀! bath
🛌! sleeping_accommodation
🧑‍🤝‍🧑 people_holding_hands
👭! two_women_holding_hands women_holding_hands
👫! man_and_woman_holding_hands woman_and_man_holding_hands couple
👬! two_men_holding_hands men_holding_hands
💏! couplekiss|kiss
👩‍❤️‍💋‍👨 woman-kiss-man|kiss woman man
👨‍❤️‍💋‍👨 man-kiss-man|kiss man man
👩‍❤️‍💋‍👩 woman-kiss-woman|kiss woman woman
💑! couple_with_heart
👩‍❤️‍👨 woman-heart-man|couple with heart woman man
👨‍❤️‍👨 man-heart-man|couple with heart man man
👩‍❤️‍👩 woman-heart-woman|couple with heart woman woman
👨‍👩‍👦 man-woman-boy|family man woman boy
👨‍👩‍👧 man-woman-girl|family man woman girl
👨‍👩‍👧‍👦 man-woman-girl-boy|family man woman girl boy
👨‍👩‍👦‍👦 man-woman-boy-boy|family man woman boy boy
👨‍👩‍👧‍👧 man-woman-girl-girl|family man woman girl girl
👨‍👨‍👦 man-man-boy|family man man boy
👨‍👨‍👧 man-man-girl|family man man girl
👨‍👨‍👧‍👦 man-man-girl-boy|family man man girl boy
👨‍👨‍👦‍👦 man-man-boy-boy|family man man boy boy
👨‍👨‍👧‍👧 man-man-girl-girl|family man man girl girl
👩‍👩‍👦 woman-woman-boy|family woman woman boy
👩‍👩‍👧 woman-woman-girl|family woman woman girl
👩‍👩‍👧‍👦 woman-woman-girl-boy|family woman woman girl boy
👩‍👩‍👦‍👦 woman-woman-boy-boy|family woman woman boy boy
👩‍👩‍👧‍👧 woman-woman-girl-girl|family woman woman girl girl
👨‍👦 man-boy|family man boy
👨‍👦‍👦 man-boy-boy|family man boy boy
👨‍👧 man-girl|family man girl
👨‍👧‍👦 man-girl-boy|family man girl boy
👨‍👧‍👧 man-girl-girl|family man girl girl
👩‍👦 woman-boy|family woman boy
👩‍👦‍👦 woman-boy-boy|family woman boy boy
👩‍👧 woman-girl|family woman girl
👩‍👧‍👦 woman-girl-boy|family woman girl boy
👩‍👧‍👧 woman-girl-girl|family woman girl girl
🗣️ speaking_head_in_silhouette|speaking head
👤 bust_in_silhouette
👥 busts_in_silhouette
🫂 people_hugging
👪 family
🧑‍🧑‍🧒 family_adult_adult_child
🧑‍🧑‍🧒‍🧒 family_adult_adult_child_child
🧑‍🧒 family_adult_child
🧑‍🧒‍🧒 family_adult_child_child
👣 footprints
🫆 fingerprint
🐵 monkey_face
🐒 monkey
🦍 gorilla
🦧 orangutan
🐶 dog|dog face
🐕 dog2|dog
🦮 guide_dog
🐕‍🦺 service_dog
🐩 poodle
🐺 wolf|wolf face
🦊 fox_face
🦝 raccoon
🐱 cat|cat face
🐈 cat2|cat
🐈‍⬛ black_cat
🦁 lion_face
🐯 tiger|tiger face
🐅 tiger2|tiger
🐆 leopard
🐴 horse|horse face
🫎 moose
🫏 donkey
🐎 racehorse|horse
🦄 unicorn_face
🦓 zebra_face
🦌 deer
🦬 bison
🐮 cow|cow face
🐂 ox
🐃 water_buffalo
🐄 cow2|cow
🐷 pig|pig face
🐖 pig2|pig
🐗 boar
🐽 pig_nose
🐏 ram
🐑 sheep
🐐 goat
🐪 dromedary_camel
🐫 camel|bactrian camel
🦙 llama
🦒 giraffe_face
🐘 elephant
🦣 mammoth
🦏 rhinoceros
🦛 hippopotamus
🐭 mouse|mouse face
🐁 mouse2|mouse
🐀 rat
🐹 hamster|hamster face
🐰 rabbit|rabbit face
🐇 rabbit2|rabbit
🐿️ chipmunk
🦫 beaver
🦔 hedgehog
🦇 bat
🐻 bear|bear face
🐻‍❄️ polar_bear
🐨 koala
🐼 panda_face
🦥 sloth
🦦 otter
🦨 skunk
🦘 kangaroo
🦡 badger
🐾 feet paw_prints|paw prints
🦃 turkey
🐔 chicken
🐓 rooster
🐣 hatching_chick
🐤 baby_chick
🐥 hatched_chick|front-facing baby chick
🐦 bird
🐧 penguin
🕊️ dove_of_peace|dove
🦅 eagle
🦆 duck
🦢 swan
🦉 owl
🦤 dodo
🪶 feather
🦩 flamingo
🦚 peacock
🦜 parrot
🪽 wing
🐦‍⬛ black_bird
🪿 goose
🐦‍🔥 phoenix
🐸 frog|frog face
🐊 crocodile
🐢 turtle
🦎 lizard
🐍 snake
🐲 dragon_face
🐉 dragon
🦕 sauropod
🦖 t-rex|t-rex
🐳 whale|spouting whale
🐋 whale2|whale
🐬 dolphin flipper
🦭 seal
🐟 fish
🐠 tropical_fish
🐡 blowfish
🦈 shark
🐙 octopus
🐚 shell|spiral shell
🪸 coral
🪼 jellyfish
🦀 crab
🦞 lobster
🦐 shrimp
🦑 squid
🦪 oyster
🐌 snail
🦋 butterfly
🐛 bug
🐜 ant
🐝 bee honeybee|honeybee
🪲 beetle
🐞 ladybug lady_beetle|lady beetle
🦗 cricket
🪳 cockroach
🕷️ spider
🕸️ spider_web
🦂 scorpion
🦟 mosquito
🪰 fly
🪱 worm
🦠 microbe
💐 bouquet
🌸 cherry_blossom
💮 white_flower
🪷 lotus
🏵️ rosette
🌹 rose
🥀 wilted_flower
🌺 hibiscus
🌻 sunflower
🌼 blossom
🌷 tulip
🪻 hyacinth
🌱 seedling
🪴 potted_plant
🌲 evergreen_tree
🌳 deciduous_tree
🌴 palm_tree
🌵 cactus
🌾 ear_of_rice
🌿 herb
☘️ shamrock
🍀 four_leaf_clover
🍁 maple_leaf
🍂 fallen_leaf
🍃 leaves|leaf fluttering in wind
🪹 empty_nest
🪺 nest_with_eggs
🍄 mushroom
🪾 leafless_tree
🍇 grapes
🍈 melon
🍉 watermelon
🍊 tangerine
🍋 lemon
🍋‍🟩 lime
🍌 banana
🍍 pineapple
🥭 mango
🍎 apple|red apple
🍏 green_apple
🍐 pear
🍑 peach
🍒 cherries
🍓 strawberry
🫐 blueberries
🥝 kiwifruit
🍅 tomato
🫒 olive
🥥 coconut
🥑 avocado
🍆 eggplant|aubergine
🥔 potato
🥕 carrot
🌽 corn|ear of maize
🌶️ hot_pepper
🫑 bell_pepper
🥒 cucumber
🥬 leafy_green
🥦 broccoli
🧄 garlic
🧅 onion
🥜 peanuts
🫘 beans
🌰 chestnut
🫚 ginger_root
🫛 pea_pod
🍄‍🟫 brown_mushroom
🫜 root_vegetable
🍞 bread
🥐 croissant
🥖 baguette_bread
🫓 flatbread
🥨 pretzel
🥯 bagel
🥞 pancakes
🧇 waffle
🧀 cheese_wedge
🍖 meat_on_bone
🍗 poultry_leg
🥩 cut_of_meat
🥓 bacon
🍔 hamburger
🍟 fries|french fries
🍕 pizza|slice of pizza
🌭 hotdog|hot dog
🥪 sandwich
🌮 taco
🌯 burrito
🫔 tamale
🥙 stuffed_flatbread
🧆 falafel
🥚 egg
🍳 fried_egg cooking|cooking
🥘 shallow_pan_of_food
🍲 stew|pot of food
🫕 fondue
🥣 bowl_with_spoon
🥗 green_salad
🍿 popcorn
🧈 butter
🧂 salt|salt shaker
🥫 canned_food
🍱 bento|bento box
🍘 rice_cracker
🍙 rice_ball
🍚 rice|cooked rice
🍛 curry|curry and rice
🍜 ramen|steaming bowl
🍝 spaghetti
🍠 sweet_potato|roasted sweet potato
🍢 oden
🍣 sushi
🍤 fried_shrimp
🍥 fish_cake|fish cake with swirl design
🥮 moon_cake
🍡 dango
🥟 dumpling
🥠 fortune_cookie
🥡 takeout_box
🍦 icecream|soft ice cream
🍧 shaved_ice
🍨 ice_cream
🍩 doughnut
🍪 cookie
🎂 birthday|birthday cake
🍰 cake|shortcake
🧁 cupcake
🥧 pie
🍫 chocolate_bar
🍬 candy
🍭 lollipop
🍮 custard
🍯 honey_pot
🍼 baby_bottle
🥛 glass_of_milk
☕ coffee|hot beverage
🫖 teapot
🍵 tea|teacup without handle
🍶 sake|sake bottle and cup
🍾 champagne|bottle with popping cork
🍷 wine_glass
🍸 cocktail|cocktail glass
🍹 tropical_drink
🍺 beer|beer mug
🍻 beers|clinking beer mugs
🥂 clinking_glasses
🥃 tumbler_glass
🫗 pouring_liquid
🥤 cup_with_straw
🧋 bubble_tea
🧃 beverage_box
🧉 mate_drink
🧊 ice_cube
🥢 chopsticks
🍽️ knife_fork_plate|fork and knife with plate
🍴 fork_and_knife
🥄 spoon
🔪 hocho knife
🫙 jar
🏺 amphora
🌍 earth_africa|earth globe europe-africa
🌎 earth_americas|earth globe americas
🌏 earth_asia|earth globe asia-australia
🌐 globe_with_meridians
🗺️ world_map
🗾 japan|silhouette of japan
🧭 compass
🏔️ snow_capped_mountain|snow-capped mountain
⛰️ mountain
🌋 volcano
🗻 mount_fuji
🏕️ camping
🏖️ beach_with_umbrella
🏜️ desert
🏝️ desert_island
🏞️ national_park
🏟️ stadium
🏛️ classical_building
🏗️ building_construction
🧱 bricks|brick
🪨 rock
🪵 wood
🛖 hut
🏘️ house_buildings|houses
🏚️ derelict_house_building|derelict house
🏠 house|house building
🏡 house_with_garden
🏢 office|office building
🏣 post_office|japanese post office
🏤 european_post_office
🏥 hospital
🏦 bank
🏨 hotel
🏩 love_hotel
🏪 convenience_store
🏫 school
🏬 department_store
🏭 factory
🏯 japanese_castle
🏰 european_castle
💒 wedding
🗼 tokyo_tower
🗽 statue_of_liberty
⛪ church
🕌 mosque
🛕 hindu_temple
🕍 synagogue
⛩️ shinto_shrine
🕋 kaaba
⛲ fountain
⛺ tent
🌁 foggy
🌃 night_with_stars
🏙️ cityscape
🌄 sunrise_over_mountains
🌅 sunrise
🌆 city_sunset|cityscape at dusk
🌇 city_sunrise|sunset over buildings
🌉 bridge_at_night
♨️ hotsprings|hot springs
🎠 carousel_horse
🛝 playground_slide
🎡 ferris_wheel
🎢 roller_coaster
💈 barber|barber pole
🎪 circus_tent
🚂 steam_locomotive
🚃 railway_car
🚄 bullettrain_side|high-speed train
🚅 bullettrain_front|high-speed train with bullet nose
🚆 train2|train
🚇 metro
🚈 light_rail
🚉 station
🚊 tram
🚝 monorail
🚞 mountain_railway
🚋 train|tram car
🚌 bus
🚍 oncoming_bus
🚎 trolleybus
🚐 minibus
🚑 ambulance
🚒 fire_engine
🚓 police_car
🚔 oncoming_police_car
🚕 taxi
🚖 oncoming_taxi
🚗 car red_car|automobile
🚘 oncoming_automobile
🚙 blue_car|recreational vehicle
🛻 pickup_truck
🚚 truck|delivery truck
🚛 articulated_lorry
🚜 tractor
🏎️ racing_car
🏍️ racing_motorcycle|motorcycle
🛵 motor_scooter
🦽 manual_wheelchair
🦼 motorized_wheelchair
🛺 auto_rickshaw
🚲 bike|bicycle
🛴 scooter
🛹 skateboard
🛼 roller_skate
🚏 busstop|bus stop
🛣️ motorway
🛤️ railway_track
🛢️ oil_drum
⛽ fuelpump|fuel pump
🛞 wheel
🚨 rotating_light|police cars revolving light
🚥 traffic_light|horizontal traffic light
🚦 vertical_traffic_light
🛑 octagonal_sign
🚧 construction
⚓ anchor
🛟 ring_buoy
⛵ boat sailboat|sailboat
🛶 canoe
🚤 speedboat
🛳️ passenger_ship
⛴️ ferry
🛥️ motor_boat
🚢 ship
✈️ airplane
🛩️ small_airplane
🛫 airplane_departure
🛬 airplane_arriving
🪂 parachute
💺 seat
🚁 helicopter
🚟 suspension_railway
🚠 mountain_cableway
🚡 aerial_tramway
🛰️ satellite
🚀 rocket
🛸 flying_saucer
🛎️ bellhop_bell
🧳 luggage
⌛ hourglass
⏳ hourglass_flowing_sand|hourglass with flowing sand
⌚ watch
⏰ alarm_clock
⏱️ stopwatch
⏲️ timer_clock
🕰️ mantelpiece_clock
🕛 clock12|clock face twelve oclock
🕧 clock1230|clock face twelve-thirty
🕐 clock1|clock face one oclock
🕜 clock130|clock face one-thirty
🕑 clock2|clock face two oclock
🕝 clock230|clock face two-thirty
🕒 clock3|clock face three oclock
🕞 clock330|clock face three-thirty
🕓 clock4|clock face four oclock
🕟 clock430|clock face four-thirty
🕔 clock5|clock face five oclock
🕠 clock530|clock face five-thirty
🕕 clock6|clock face six oclock
🕡 clock630|clock face six-thirty
🕖 clock7|clock face seven oclock
🕢 clock730|clock face seven-thirty
🕗 clock8|clock face eight oclock
🕣 clock830|clock face eight-thirty
🕘 clock9|clock face nine oclock
🕤 clock930|clock face nine-thirty
🕙 clock10|clock face ten oclock
🕥 clock1030|clock face ten-thirty
🕚 clock11|clock face eleven oclock
🕦 clock1130|clock face eleven-thirty
🌑 new_moon|new moon symbol
🌒 waxing_crescent_moon|waxing crescent moon symbol
🌓 first_quarter_moon|first quarter moon symbol
🌔 moon waxing_gibbous_moon|waxing gibbous moon symbol
🌕 full_moon|full moon symbol
🌖 waning_gibbous_moon|waning gibbous moon symbol
🌗 last_quarter_moon|last quarter moon symbol
🌘 waning_crescent_moon|waning crescent moon symbol
🌙 crescent_moon
🌚 new_moon_with_face
🌛 first_quarter_moon_with_face
🌜 last_quarter_moon_with_face
🌡️ thermometer
☀️ sunny
🌝 full_moon_with_face
🌞 sun_with_face
🪐 ringed_planet
⭐ star
🌟 star2|glowing star
🌠 stars|shooting star
🌌 milky_way
☁️ cloud
⛅ partly_sunny|sun behind cloud
⛈️ thunder_cloud_and_rain|cloud with lightning and rain
🌤️ mostly_sunny sun_small_cloud|sun behind small cloud
🌥️ barely_sunny sun_behind_cloud|sun behind large cloud
🌦️ partly_sunny_rain sun_behind_rain_cloud|sun behind rain cloud
🌧️ rain_cloud|cloud with rain
🌨️ snow_cloud|cloud with snow
🌩️ lightning lightning_cloud|cloud with lightning
🌪️ tornado tornado_cloud
🌫️ fog
🌬️ wind_blowing_face|wind face
🌀 cyclone
🌈 rainbow
🌂 closed_umbrella
☂️ umbrella
☔ umbrella_with_rain_drops
⛱️ umbrella_on_ground
⚡ zap|high voltage
❄️ snowflake
☃️ snowman
⛄ snowman_without_snow
☄️ comet
🔥 fire
💧 droplet
🌊 ocean|water wave
🎃 jack_o_lantern|jack-o-lantern
🎄 christmas_tree
🎆 fireworks
🎇 sparkler|firework sparkler
🧨 firecracker
✨ sparkles
🎈 balloon
🎉 tada|party popper
🎊 confetti_ball
🎋 tanabata_tree
🎍 bamboo|pine decoration
🎎 dolls|japanese dolls
🎏 flags|carp streamer
🎐 wind_chime
🎑 rice_scene|moon viewing ceremony
🧧 red_envelope|red gift envelope
🎀 ribbon
🎁 gift|wrapped present
🎗️ reminder_ribbon
🎟️ admission_tickets
🎫 ticket
🎖️ medal|military medal
🏆 trophy
🏅 sports_medal
🥇 first_place_medal
🥈 second_place_medal
🥉 third_place_medal
⚽ soccer|soccer ball
⚾ baseball
🥎 softball
🏀 basketball|basketball and hoop
🏐 volleyball
🏈 football|american football
🏉 rugby_football
🎾 tennis|tennis racquet and ball
🥏 flying_disc
🎳 bowling
🏏 cricket_bat_and_ball
🏑 field_hockey_stick_and_ball
🏒 ice_hockey_stick_and_puck
🥍 lacrosse|lacrosse stick and ball
🏓 table_tennis_paddle_and_ball
🏸 badminton_racquet_and_shuttlecock
🥊 boxing_glove
🥋 martial_arts_uniform
🥅 goal_net
⛳ golf|flag in hole
⛸️ ice_skate
🎣 fishing_pole_and_fish
🤿 diving_mask
🎽 running_shirt_with_sash
🎿 ski|ski and ski boot
🛷 sled
🥌 curling_stone
🎯 dart|direct hit
🪀 yo-yo|yo-yo
🪁 kite
🔫 gun|pistol
🎱 8ball|billiards
🔮 crystal_ball
🪄 magic_wand
🎮 video_game
🕹️ joystick
🎰 slot_machine
🎲 game_die
🧩 jigsaw|jigsaw puzzle piece
🧸 teddy_bear
🪅 pinata
🪩 mirror_ball
🪆 nesting_dolls
♠️ spades
♥️ hearts
♦️ diamonds
♣️ clubs
♟️ chess_pawn
🃏 black_joker
🀄 mahjong|mahjong tile red dragon
🎴 flower_playing_cards
🎭 performing_arts
🖼️ frame_with_picture|framed picture
🎨 art|artist palette
🧵 thread|spool of thread
🪡 sewing_needle
🧶 yarn|ball of yarn
🪢 knot
👓 eyeglasses
🕶️ dark_sunglasses|sunglasses
🥽 goggles
🥼 lab_coat
🦺 safety_vest
👔 necktie
👕 shirt tshirt|t-shirt
👖 jeans
🧣 scarf
🧤 gloves
🧥 coat
🧦 socks
👗 dress
👘 kimono
🥻 sari
🩱 one-piece_swimsuit|one-piece swimsuit
🩲 briefs
🩳 shorts
👙 bikini
👚 womans_clothes
🪭 folding_hand_fan
👛 purse
👜 handbag
👝 pouch
🛍️ shopping_bags
🎒 school_satchel
🩴 thong_sandal
👞 mans_shoe shoe
👟 athletic_shoe
🥾 hiking_boot
🥿 womans_flat_shoe|flat shoe
👠 high_heel|high-heeled shoe
👡 sandal|womans sandal
🩰 ballet_shoes
👢 boot|womans boots
🪮 hair_pick
👑 crown
👒 womans_hat
🎩 tophat|top hat
🎓 mortar_board|graduation cap
🧢 billed_cap
🪖 military_helmet
⛑️ helmet_with_white_cross|rescue worker’s helmet
📿 prayer_beads
💄 lipstick
💍 ring
💎 gem|gem stone
🔇 mute|speaker with cancellation stroke
🔈 speaker
🔉 sound|speaker with one sound wave
🔊 loud_sound|speaker with three sound waves
📢 loudspeaker|public address loudspeaker
📣 mega|cheering megaphone
📯 postal_horn
🔔 bell
🔕 no_bell|bell with cancellation stroke
🎼 musical_score
🎵 musical_note
🎶 notes|multiple musical notes
🎙️ studio_microphone
🎚️ level_slider
🎛️ control_knobs
🎤 microphone
🎧 headphones|headphone
📻 radio
🎷 saxophone
🪗 accordion
🎸 guitar
🎹 musical_keyboard
🎺 trumpet
🎻 violin
🪕 banjo
🥁 drum_with_drumsticks
🪘 long_drum
🪇 maracas
🪈 flute
🪉 harp
📱 iphone|mobile phone
📲 calling|mobile phone with rightwards arrow at left
☎️ phone telephone
📞 telephone_receiver
📟 pager
📠 fax|fax machine
🔋 battery
🪫 low_battery
🔌 electric_plug
💻 computer|personal computer
🖥️ desktop_computer
🖨️ printer
⌨️ keyboard
🖱️ three_button_mouse|computer mouse
🖲️ trackball
💽 minidisc
💾 floppy_disk
💿 cd|optical disc
📀 dvd
🧮 abacus
🎥 movie_camera
🎞️ film_frames
📽️ film_projector
🎬 clapper|clapper board
📺 tv|television
📷 camera
📸 camera_with_flash
📹 video_camera
📼 vhs|videocassette
🔍 mag|left-pointing magnifying glass
🔎 mag_right|right-pointing magnifying glass
🕯️ candle
💡 bulb|electric light bulb
🔦 flashlight|electric torch
🏮 izakaya_lantern lantern
🪔 diya_lamp
📔 notebook_with_decorative_cover
📕 closed_book
📖 book open_book|open book
📗 green_book
📘 blue_book
📙 orange_book
📚 books
📓 notebook
📒 ledger
📃 page_with_curl
📜 scroll
📄 page_facing_up
📰 newspaper
🗞️ rolled_up_newspaper|rolled-up newspaper
📑 bookmark_tabs
🔖 bookmark
🏷️ label
💰 moneybag|money bag
🪙 coin
💴 yen|banknote with yen
💵 dollar|banknote with dollar
💶 euro|banknote with euro
💷 pound|banknote with pound
💸 money_with_wings
💳 credit_card
🧾 receipt
💹 chart|chart with upwards trend and yen
✉️ email envelope|envelope
📧 e-mail|e-mail symbol
📨 incoming_envelope
📩 envelope_with_arrow|envelope with downwards arrow above
📤 outbox_tray
📥 inbox_tray
📦 package
📫 mailbox|closed mailbox with raised flag
📪 mailbox_closed|closed mailbox with lowered flag
📬 mailbox_with_mail|open mailbox with raised flag
📭 mailbox_with_no_mail|open mailbox with lowered flag
📮 postbox
🗳️ ballot_box_with_ballot
✏️ pencil2|pencil
✒️ black_nib
🖋️ lower_left_fountain_pen|fountain pen
🖊️ lower_left_ballpoint_pen|pen
🖌️ lower_left_paintbrush|paintbrush
🖍️ lower_left_crayon|crayon
📝 memo pencil
💼 briefcase
📁 file_folder
📂 open_file_folder
🗂️ card_index_dividers
📅 date|calendar
📆 calendar|tear-off calendar
🗒️ spiral_note_pad|spiral notepad
🗓️ spiral_calendar_pad|spiral calendar
📇 card_index
📈 chart_with_upwards_trend
📉 chart_with_downwards_trend
📊 bar_chart
📋 clipboard
📌 pushpin
📍 round_pushpin
📎 paperclip
🖇️ linked_paperclips
📏 straight_ruler
📐 triangular_ruler
✂️ scissors
🗃️ card_file_box
🗄️ file_cabinet
🗑️ wastebasket
🔒 lock
🔓 unlock|open lock
🔏 lock_with_ink_pen
🔐 closed_lock_with_key
🔑 key
🗝️ old_key
🔨 hammer
🪓 axe
⛏️ pick
⚒️ hammer_and_pick
🛠️ hammer_and_wrench
🗡️ dagger_knife|dagger
⚔️ crossed_swords
💣 bomb
🪃 boomerang
🏹 bow_and_arrow
🛡️ shield
🪚 carpentry_saw
🔧 wrench
🪛 screwdriver
🔩 nut_and_bolt
⚙️ gear
🗜️ compression|clamp
⚖️ scales|balance scale
🦯 probing_cane
🔗 link|link symbol
⛓️‍💥 broken_chain
⛓️ chains
🪝 hook
🧰 toolbox
🧲 magnet
🪜 ladder
🪏 shovel
⚗️ alembic
🧪 test_tube
🧫 petri_dish
🧬 dna|dna double helix
🔬 microscope
🔭 telescope
📡 satellite_antenna
💉 syringe
🩸 drop_of_blood
💊 pill
🩹 adhesive_bandage
🩼 crutch
🩺 stethoscope
🩻 x-ray|x-ray
🚪 door
🛗 elevator
🪞 mirror
🪟 window
🛏️ bed
🛋️ couch_and_lamp
🪑 chair
🚽 toilet
🪠 plunger
🚿 shower
🛁 bathtub
🪤 mouse_trap
🪒 razor
🧴 lotion_bottle
🧷 safety_pin
🧹 broom
🧺 basket
🧻 roll_of_paper
🪣 bucket
🧼 soap|bar of soap
🫧 bubbles
🪥 toothbrush
🧽 sponge
🧯 fire_extinguisher
🛒 shopping_trolley
🚬 smoking|smoking symbol
⚰️ coffin
🪦 headstone
⚱️ funeral_urn
🧿 nazar_amulet
🪬 hamsa
🗿 moyai
🪧 placard
🪪 identification_card
🏧 atm|automated teller machine
🚮 put_litter_in_its_place|put litter in its place symbol
🚰 potable_water|potable water symbol
♿ wheelchair|wheelchair symbol
🚹 mens|mens symbol
🚺 womens|womens symbol
🚻 restroom
🚼 baby_symbol
🚾 wc|water closet
🛂 passport_control
🛃 customs
🛄 baggage_claim
🛅 left_luggage
⚠️ warning
🚸 children_crossing
⛔ no_entry
🚫 no_entry_sign
🚳 no_bicycles
🚭 no_smoking|no smoking symbol
🚯 do_not_litter|do not litter symbol
🚱 non-potable_water|non-potable water symbol
🚷 no_pedestrians
📵 no_mobile_phones
🔞 underage|no one under eighteen symbol
☢️ radioactive_sign|radioactive
☣️ biohazard_sign|biohazard
⬆️ arrow_up
↗️ arrow_upper_right|north east arrow
➡️ arrow_right
↘️ arrow_lower_right|south east arrow
⬇️ arrow_down
↙️ arrow_lower_left|south west arrow
⬅️ arrow_left
↖️ arrow_upper_left|north west arrow
↕️ arrow_up_down|up down arrow
↔️ left_right_arrow
↩️ leftwards_arrow_with_hook
↪️ arrow_right_hook|rightwards arrow with hook
⤴️ arrow_heading_up|arrow pointing rightwards then curving upwards
⤵️ arrow_heading_down|arrow pointing rightwards then curving downwards
🔃 arrows_clockwise|clockwise downwards and upwards open circle arrows
🔄 arrows_counterclockwise|anticlockwise downwards and upwards open circle arrows
🔙 back|back with leftwards arrow above
🔚 end|end with leftwards arrow above
🔛 on|on with exclamation mark with left right arrow above
🔜 soon|soon with rightwards arrow above
🔝 top|top with upwards arrow above
🛐 place_of_worship
⚛️ atom_symbol
🕉️ om_symbol|om
✡️ star_of_david
☸️ wheel_of_dharma
☯️ yin_yang
✝️ latin_cross
☦️ orthodox_cross
☪️ star_and_crescent
☮️ peace_symbol
🕎 menorah_with_nine_branches
🔯 six_pointed_star|six pointed star with middle dot
🪯 khanda
♈ aries
♉ taurus
♊ gemini
♋ cancer
♌ leo
♍ virgo
♎ libra
♏ scorpius
♐ sagittarius
♑ capricorn
♒ aquarius
♓ pisces
⛎ ophiuchus
🔀 twisted_rightwards_arrows
🔁 repeat|clockwise rightwards and leftwards open circle arrows
🔂 repeat_one|clockwise rightwards and leftwards open circle arrows with circled one overlay
▶️ arrow_forward
⏩ fast_forward
⏭️ black_right_pointing_double_triangle_with_vertical_bar|next track button
⏯️ black_right_pointing_triangle_with_double_vertical_bar|play or pause button
◀️ arrow_backward
⏪ rewind
⏮️ black_left_pointing_double_triangle_with_vertical_bar|last track button
🔼 arrow_up_small|up-pointing small red triangle
⏫ arrow_double_up
🔽 arrow_down_small|down-pointing small red triangle
⏬ arrow_double_down
⏸️ double_vertical_bar|pause button
⏹️ black_square_for_stop|stop button
⏺️ black_circle_for_record|record button
⏏️ eject|eject button
🎦 cinema
🔅 low_brightness|low brightness symbol
🔆 high_brightness|high brightness symbol
📶 signal_strength|antenna with bars
🛜 wireless
📳 vibration_mode
📴 mobile_phone_off
♀️ female_sign
♂️ male_sign
⚧️ transgender_symbol
✖️ heavy_multiplication_x
➕ heavy_plus_sign
➖ heavy_minus_sign
➗ heavy_division_sign
🟰 heavy_equals_sign
♾️ infinity
‼️ bangbang|double exclamation mark
⁉️ interrobang|exclamation question mark
❓ question
❔ grey_question
❕ grey_exclamation
❗ exclamation heavy_exclamation_mark
〰️ wavy_dash
💱 currency_exchange
💲 heavy_dollar_sign
⚕️ medical_symbol staff_of_aesculapius
♻️ recycle
⚜️ fleur_de_lis|fleur-de-lis
🔱 trident|trident emblem
📛 name_badge
🔰 beginner|japanese symbol for beginner
⭕ o
✅ white_check_mark
☑️ ballot_box_with_check
✔️ heavy_check_mark
❌ x|cross mark
❎ negative_squared_cross_mark
➰ curly_loop
➿ loop|double curly loop
〽️ part_alternation_mark
✳️ eight_spoked_asterisk
✴️ eight_pointed_black_star
❇️ sparkle
©️ copyright
®️ registered
™️ tm|trade mark
🫟 splatter
#️⃣ hash|hash key
*️⃣ keycap_star|keycap *
0️⃣ zero|keycap 0
1️⃣ one|keycap 1
2️⃣ two|keycap 2
3️⃣ three|keycap 3
4️⃣ four|keycap 4
5️⃣ five|keycap 5
6️⃣ six|keycap 6
7️⃣ seven|keycap 7
8️⃣ eight|keycap 8
9️⃣ nine|keycap 9
🔟 keycap_ten
🔠 capital_abcd|input symbol for latin capital letters
🔡 abcd|input symbol for latin small letters
🔢 1234|input symbol for numbers
🔣 symbols|input symbol for symbols
🔤 abc|input symbol for latin letters
🅰️ a|negative squared latin capital letter a
🆎 ab|negative squared ab
🅱️ b|negative squared latin capital letter b
🆑 cl|squared cl
🆒 cool|squared cool
🆓 free|squared free
ℹ️ information_source
🆔 id|squared id
Ⓜ️ m|circled latin capital letter m
🆕 new|squared new
🆖 ng|squared ng
🅾️ o2|negative squared latin capital letter o
🆗 ok|squared ok
🅿️ parking|negative squared latin capital letter p
🆘 sos|squared sos
🆙 up|squared up with exclamation mark
🆚 vs|squared vs
🈁 koko|squared katakana koko
🈂️ sa|squared katakana sa
🈷️ u6708|squared cjk unified ideograph-6708
🈶 u6709|squared cjk unified ideograph-6709
🈯 u6307|squared cjk unified ideograph-6307
🉐 ideograph_advantage|circled ideograph advantage
🈹 u5272|squared cjk unified ideograph-5272
🈚 u7121|squared cjk unified ideograph-7121
🈲 u7981|squared cjk unified ideograph-7981
🉑 accept|circled ideograph accept
🈸 u7533|squared cjk unified ideograph-7533
🈴 u5408|squared cjk unified ideograph-5408
🈳 u7a7a|squared cjk unified ideograph-7a7a
㊗️ congratulations|circled ideograph congratulation
㊙️ secret|circled ideograph secret
🈺 u55b6|squared cjk unified ideograph-55b6
🈵 u6e80|squared cjk unified ideograph-6e80
🔴 red_circle|large red circle
🟠 large_orange_circle
🟡 large_yellow_circle
🟢 large_green_circle
🔵 large_blue_circle
🟣 large_purple_circle
🟤 large_brown_circle
⚫ black_circle
⚪ white_circle
🟥 large_red_square
🟧 large_orange_square
🟨 large_yellow_square
🟩 large_green_square
🟦 large_blue_square
🟪 large_purple_square
🟫 large_brown_square
⬛ black_large_square
⬜ white_large_square
◼️ black_medium_square
◻️ white_medium_square
◾ black_medium_small_square
◽ white_medium_small_square
▪️ black_small_square
▫️ white_small_square
🔶 large_orange_diamond
🔷 large_blue_diamond
🔸 small_orange_diamond
🔹 small_blue_diamond
🔺 small_red_triangle|up-pointing red triangle
🔻 small_red_triangle_down|down-pointing red triangle
💠 diamond_shape_with_a_dot_inside
🔘 radio_button
🔳 white_square_button
🔲 black_square_button
🏁 checkered_flag|chequered flag
🚩 triangular_flag_on_post
🎌 crossed_flags
🏴 waving_black_flag
🏳️ waving_white_flag
🏳️‍🌈 rainbow-flag
🏳️‍⚧️ transgender_flag
🏴‍☠️ pirate_flag
🇦🇨 flag-ac|Ascension Island flag
🇦🇩 flag-ad|Andorra flag
🇦🇪 flag-ae|United Arab Emirates flag
🇦🇫 flag-af|Afghanistan flag
🇦🇬 flag-ag|Antigua & Barbuda flag
🇦🇮 flag-ai|Anguilla flag
🇦🇱 flag-al|Albania flag
🇦🇲 flag-am|Armenia flag
🇦🇴 flag-ao|Angola flag
🇦🇶 flag-aq|Antarctica flag
🇦🇷 flag-ar|Argentina flag
🇦🇸 flag-as|American Samoa flag
🇦🇹 flag-at|Austria flag
🇦🇺 flag-au|Australia flag
🇦🇼 flag-aw|Aruba flag
🇦🇽 flag-ax|Åland Islands flag
🇦🇿 flag-az|Azerbaijan flag
🇧🇦 flag-ba|Bosnia & Herzegovina flag
🇧🇧 flag-bb|Barbados flag
🇧🇩 flag-bd|Bangladesh flag
🇧🇪 flag-be|Belgium flag
🇧🇫 flag-bf|Burkina Faso flag
🇧🇬 flag-bg|Bulgaria flag
🇧🇭 flag-bh|Bahrain flag
🇧🇮 flag-bi|Burundi flag
🇧🇯 flag-bj|Benin flag
🇧🇱 flag-bl|St. Barthélemy flag
🇧🇲 flag-bm|Bermuda flag
🇧🇳 flag-bn|Brunei flag
🇧🇴 flag-bo|Bolivia flag
🇧🇶 flag-bq|Caribbean Netherlands flag
🇧🇷 flag-br|Brazil flag
🇧🇸 flag-bs|Bahamas flag
🇧🇹 flag-bt|Bhutan flag
🇧🇻 flag-bv|Bouvet Island flag
🇧🇼 flag-bw|Botswana flag
🇧🇾 flag-by|Belarus flag
🇧🇿 flag-bz|Belize flag
🇨🇦 flag-ca|Canada flag
🇨🇨 flag-cc|Cocos (Keeling) Islands flag
🇨🇩 flag-cd|Congo - Kinshasa flag
🇨🇫 flag-cf|Central African Republic flag
🇨🇬 flag-cg|Congo - Brazzaville flag
🇨🇭 flag-ch|Switzerland flag
🇨🇮 flag-ci|Côte d’Ivoire flag
🇨🇰 flag-ck|Cook Islands flag
🇨🇱 flag-cl|Chile flag
🇨🇲 flag-cm|Cameroon flag
🇨🇳 cn flag-cn|China flag
🇨🇴 flag-co|Colombia flag
🇨🇵 flag-cp|Clipperton Island flag
🇨🇶 flag-sark|sark flag
🇨🇷 flag-cr|Costa Rica flag
🇨🇺 flag-cu|Cuba flag
🇨🇻 flag-cv|Cape Verde flag
🇨🇼 flag-cw|Curaçao flag
🇨🇽 flag-cx|Christmas Island flag
🇨🇾 flag-cy|Cyprus flag
🇨🇿 flag-cz|Czechia flag
🇩🇪 de flag-de|Germany flag
🇩🇬 flag-dg|Diego Garcia flag
🇩🇯 flag-dj|Djibouti flag
🇩🇰 flag-dk|Denmark flag
🇩🇲 flag-dm|Dominica flag
🇩🇴 flag-do|Dominican Republic flag
🇩🇿 flag-dz|Algeria flag
🇪🇦 flag-ea|Ceuta & Melilla flag
🇪🇨 flag-ec|Ecuador flag
🇪🇪 flag-ee|Estonia flag
🇪🇬 flag-eg|Egypt flag
🇪🇭 flag-eh|Western Sahara flag
🇪🇷 flag-er|Eritrea flag
🇪🇸 es flag-es|Spain flag
🇪🇹 flag-et|Ethiopia flag
🇪🇺 flag-eu|European Union flag
🇫🇮 flag-fi|Finland flag
🇫🇯 flag-fj|Fiji flag
🇫🇰 flag-fk|Falkland Islands flag
🇫🇲 flag-fm|Micronesia flag
🇫🇴 flag-fo|Faroe Islands flag
🇫🇷 fr flag-fr|France flag
🇬🇦 flag-ga|Gabon flag
🇬🇧 gb uk flag-gb|United Kingdom flag
🇬🇩 flag-gd|Grenada flag
🇬🇪 flag-ge|Georgia flag
🇬🇫 flag-gf|French Guiana flag
🇬🇬 flag-gg|Guernsey flag
🇬🇭 flag-gh|Ghana flag
🇬🇮 flag-gi|Gibraltar flag
🇬🇱 flag-gl|Greenland flag
🇬🇲 flag-gm|Gambia flag
🇬🇳 flag-gn|Guinea flag
🇬🇵 flag-gp|Guadeloupe flag
🇬🇶 flag-gq|Equatorial Guinea flag
🇬🇷 flag-gr|Greece flag
🇬🇸 flag-gs|South Georgia & South Sandwich Islands flag
🇬🇹 flag-gt|Guatemala flag
🇬🇺 flag-gu|Guam flag
🇬🇼 flag-gw|Guinea-Bissau flag
🇬🇾 flag-gy|Guyana flag
🇭🇰 flag-hk|Hong Kong SAR China flag
🇭🇲 flag-hm|Heard & McDonald Islands flag
🇭🇳 flag-hn|Honduras flag
🇭🇷 flag-hr|Croatia flag
🇭🇹 flag-ht|Haiti flag
🇭🇺 flag-hu|Hungary flag
🇮🇨 flag-ic|Canary Islands flag
🇮🇩 flag-id|Indonesia flag
🇮🇪 flag-ie|Ireland flag
🇮🇱 flag-il|Israel flag
🇮🇲 flag-im|Isle of Man flag
🇮🇳 flag-in|India flag
🇮🇴 flag-io|British Indian Ocean Territory flag
🇮🇶 flag-iq|Iraq flag
🇮🇷 flag-ir|Iran flag
🇮🇸 flag-is|Iceland flag
🇮🇹 it flag-it|Italy flag
🇯🇪 flag-je|Jersey flag
🇯🇲 flag-jm|Jamaica flag
🇯🇴 flag-jo|Jordan flag
🇯🇵 jp flag-jp|Japan flag
🇰🇪 flag-ke|Kenya flag
🇰🇬 flag-kg|Kyrgyzstan flag
🇰🇭 flag-kh|Cambodia flag
🇰🇮 flag-ki|Kiribati flag
🇰🇲 flag-km|Comoros flag
🇰🇳 flag-kn|St. Kitts & Nevis flag
🇰🇵 flag-kp|North Korea flag
🇰🇷 kr flag-kr|South Korea flag
🇰🇼 flag-kw|Kuwait flag
🇰🇾 flag-ky|Cayman Islands flag
🇰🇿 flag-kz|Kazakhstan flag
🇱🇦 flag-la|Laos flag
🇱🇧 flag-lb|Lebanon flag
🇱🇨 flag-lc|St. Lucia flag
🇱🇮 flag-li|Liechtenstein flag
🇱🇰 flag-lk|Sri Lanka flag
🇱🇷 flag-lr|Liberia flag
🇱🇸 flag-ls|Lesotho flag
🇱🇹 flag-lt|Lithuania flag
🇱🇺 flag-lu|Luxembourg flag
🇱🇻 flag-lv|Latvia flag
🇱🇾 flag-ly|Libya flag
🇲🇦 flag-ma|Morocco flag
🇲🇨 flag-mc|Monaco flag
🇲🇩 flag-md|Moldova flag
🇲🇪 flag-me|Montenegro flag
🇲🇫 flag-mf|St. Martin flag
🇲🇬 flag-mg|Madagascar flag
🇲🇭 flag-mh|Marshall Islands flag
🇲🇰 flag-mk|North Macedonia flag
🇲🇱 flag-ml|Mali flag
🇲🇲 flag-mm|Myanmar (Burma) flag
🇲🇳 flag-mn|Mongolia flag
🇲🇴 flag-mo|Macao SAR China flag
🇲🇵 flag-mp|Northern Mariana Islands flag
🇲🇶 flag-mq|Martinique flag
🇲🇷 flag-mr|Mauritania flag
🇲🇸 flag-ms|Montserrat flag
🇲🇹 flag-mt|Malta flag
🇲🇺 flag-mu|Mauritius flag
🇲🇻 flag-mv|Maldives flag
🇲🇼 flag-mw|Malawi flag
🇲🇽 flag-mx|Mexico flag
🇲🇾 flag-my|Malaysia flag
🇲🇿 flag-mz|Mozambique flag
🇳🇦 flag-na|Namibia flag
🇳🇨 flag-nc|New Caledonia flag
🇳🇪 flag-ne|Niger flag
🇳🇫 flag-nf|Norfolk Island flag
🇳🇬 flag-ng|Nigeria flag
🇳🇮 flag-ni|Nicaragua flag
🇳🇱 flag-nl|Netherlands flag
🇳🇴 flag-no|Norway flag
🇳🇵 flag-np|Nepal flag
🇳🇷 flag-nr|Nauru flag
🇳🇺 flag-nu|Niue flag
🇳🇿 flag-nz|New Zealand flag
🇴🇲 flag-om|Oman flag
🇵🇦 flag-pa|Panama flag
🇵🇪 flag-pe|Peru flag
🇵🇫 flag-pf|French Polynesia flag
🇵🇬 flag-pg|Papua New Guinea flag
🇵🇭 flag-ph|Philippines flag
🇵🇰 flag-pk|Pakistan flag
🇵🇱 flag-pl|Poland flag
🇵🇲 flag-pm|St. Pierre & Miquelon flag
🇵🇳 flag-pn|Pitcairn Islands flag
🇵🇷 flag-pr|Puerto Rico flag
🇵🇸 flag-ps|Palestinian Territories flag
🇵🇹 flag-pt|Portugal flag
🇵🇼 flag-pw|Palau flag
🇵🇾 flag-py|Paraguay flag
🇶🇦 flag-qa|Qatar flag
🇷🇪 flag-re|Réunion flag
🇷🇴 flag-ro|Romania flag
🇷🇸 flag-rs|Serbia flag
🇷🇺 ru flag-ru|Russia flag
🇷🇼 flag-rw|Rwanda flag
🇸🇦 flag-sa|Saudi Arabia flag
🇸🇧 flag-sb|Solomon Islands flag
🇸🇨 flag-sc|Seychelles flag
🇸🇩 flag-sd|Sudan flag
🇸🇪 flag-se|Sweden flag
🇸🇬 flag-sg|Singapore flag
🇸🇭 flag-sh|St. Helena flag
🇸🇮 flag-si|Slovenia flag
🇸🇯 flag-sj|Svalbard & Jan Mayen flag
🇸🇰 flag-sk|Slovakia flag
🇸🇱 flag-sl|Sierra Leone flag
🇸🇲 flag-sm|San Marino flag
🇸🇳 flag-sn|Senegal flag
🇸🇴 flag-so|Somalia flag
🇸🇷 flag-sr|Suriname flag
🇸🇸 flag-ss|South Sudan flag
🇸🇹 flag-st|São Tomé & Príncipe flag
🇸🇻 flag-sv|El Salvador flag
🇸🇽 flag-sx|Sint Maarten flag
🇸🇾 flag-sy|Syria flag
🇸🇿 flag-sz|Eswatini flag
🇹🇦 flag-ta|Tristan da Cunha flag
🇹🇨 flag-tc|Turks & Caicos Islands flag
🇹🇩 flag-td|Chad flag
🇹🇫 flag-tf|French Southern Territories flag
🇹🇬 flag-tg|Togo flag
🇹🇭 flag-th|Thailand flag
🇹🇯 flag-tj|Tajikistan flag
🇹🇰 flag-tk|Tokelau flag
🇹🇱 flag-tl|Timor-Leste flag
🇹🇲 flag-tm|Turkmenistan flag
🇹🇳 flag-tn|Tunisia flag
🇹🇴 flag-to|Tonga flag
🇹🇷 flag-tr|Türkiye flag
🇹🇹 flag-tt|Trinidad & Tobago flag
🇹🇻 flag-tv|Tuvalu flag
🇹🇼 flag-tw|Taiwan flag
🇹🇿 flag-tz|Tanzania flag
🇺🇦 flag-ua|Ukraine flag
🇺🇬 flag-ug|Uganda flag
🇺🇲 flag-um|U.S. Outlying Islands flag
🇺🇳 flag-un|United Nations flag
🇺🇸 us flag-us|United States flag
🇺🇾 flag-uy|Uruguay flag
🇺🇿 flag-uz|Uzbekistan flag
🇻🇦 flag-va|Vatican City flag
🇻🇨 flag-vc|St. Vincent & Grenadines flag
🇻🇪 flag-ve|Venezuela flag
🇻🇬 flag-vg|British Virgin Islands flag
🇻🇮 flag-vi|U.S. Virgin Islands flag
🇻🇳 flag-vn|Vietnam flag
🇻🇺 flag-vu|Vanuatu flag
🇼🇫 flag-wf|Wallis & Futuna flag
🇼🇸 flag-ws|Samoa flag
🇽🇰 flag-xk|Kosovo flag
🇾🇪 flag-ye|Yemen flag
🇾🇹 flag-yt|Mayotte flag
🇿🇦 flag-za|South Africa flag
🇿🇲 flag-zm|Zambia flag
🇿🇼 flag-zw|Zimbabwe flag
🏴󠁧󠁢󠁥󠁮󠁧󠁿 flag-england|england flag
🏴󠁧󠁢󠁳󠁣󠁴󠁿 flag-scotland|scotland flag
🏴󠁧󠁢󠁷󠁬󠁳󠁿 flag-wales|wales flag
🏻 skin-tone-2|emoji modifier fitzpatrick type-1-2
🏼 skin-tone-3|emoji modifier fitzpatrick type-3
🏽 skin-tone-4|emoji modifier fitzpatrick type-4
🏾 skin-tone-5|emoji modifier fitzpatrick type-5
🏿 skin-tone-6|emoji modifier fitzpatrick type-6
`;
