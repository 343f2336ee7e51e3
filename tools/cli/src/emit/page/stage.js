// The faces of the glTF file before a camera, lit as the contact sheet is: a warm key, a cool fill, a rim.

/** How parts take the light, by what their names begin with; behind a point stands the character whose part it is. */
const SURFACES = [
  [/^(eye|iris|pupil)/, { roughness: 0.08, clearcoat: 1, clearcoatRoughness: 0.03, wrap: 0.1 }],
  [/^(teeth|gums|tongue|mouth)/, { roughness: 0.3, inMouth: true, wrap: 0.1 }],
  [/^(brow|lashes)/, { roughness: 0.9, specularIntensity: 0.1, wrap: 0.2 }],
  [/^hair/, { roughness: 0.55, specularIntensity: 0.5, wrap: 0.2 }],
  [/^jersey/, { roughness: 1, specularIntensity: 0.1, wrap: 0.2 }],
  [/^lips/, { roughness: 0.36, skin: true, wrap: 0.3 }],
  [/./, { roughness: 0.5, skin: true, wrap: 0.3 }],
];

/** Depth behind the front of the mouth at which a third of the light is left, metres. */
const MOUTH = 0.009;

class Stage {
  constructor(canvas) {
    this.canvas = canvas;
    this.renderer = new THREE.WebGLRenderer({ canvas, antialias: true, alpha: true, powerPreference: 'high-performance' });
    this.renderer.toneMapping = THREE.NeutralToneMapping;
    this.renderer.toneMappingExposure = 1.25;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = THREE.PCFShadowMap;
    this.scene = new THREE.Scene();
    this.camera = new THREE.PerspectiveCamera(16, 1, 0.01, 50);
    this.controls = new THREE.OrbitControls(this.camera, canvas);
    this.controls.enableDamping = true;
    this.controls.dampingFactor = 0.12;
    this.controls.addEventListener('change', () => { this.stale = true; });
    this.stale = true;
    new ResizeObserver(() => this.resize()).observe(canvas.parentElement);
  }

  /** Takes the scene of a loaded file. */
  take(gltf) {
    gltf.scene.traverse((mesh) => {
      if (mesh.isMesh) dress(mesh);
    });
    this.scene.add(gltf.scene);
    this.box = new THREE.Box3().setFromObject(gltf.scene);
    this.light();
    this.mixer = new THREE.AnimationMixer(gltf.scene);
    this.actions = gltf.animations.slice(0, 1).map((clip) => this.mixer.clipAction(clip));
    this.actions.forEach((action) => action.play());
    this.resize();
    this.lookFromFront();
  }

  light() {
    const size = this.box.getSize(new THREE.Vector3());
    const centre = this.box.getCenter(new THREE.Vector3());
    const reach = size.length();
    const lamp = (colour, intensity, towards) => {
      const light = new THREE.DirectionalLight(new THREE.Color(...colour), intensity);
      light.target.position.copy(centre);
      light.position.set(...towards).setLength(2 * reach).add(centre);
      this.scene.add(light, light.target);
      return light;
    };
    const key = lamp([1, 0.92, 0.82], 3.0, [-0.52, 0.53, 0.67]);
    key.castShadow = true;
    key.shadow.mapSize.set(2048, 2048);
    Object.assign(key.shadow.camera, { left: -reach / 2, right: reach / 2, top: reach / 2, bottom: -reach / 2, near: reach, far: 3 * reach });
    // A few texels: what is finer than the shadow's picture must not shade itself.
    key.shadow.normalBias = 6 * reach / 2048;
    key.shadow.bias = -0.0005;
    key.shadow.radius = 4;
    lamp([0.72, 0.84, 1], 0.6, [0.86, 0.08, 0.5]);
    lamp([0.82, 0.92, 1], 0.9, [0.62, 0.55, -0.56]);
    this.scene.add(new THREE.HemisphereLight(new THREE.Color(0.9, 0.96, 1.1), new THREE.Color(0.5, 0.34, 0.28), 0.4));
    this.scene.environment = studio(this.renderer);
    this.scene.environmentIntensity = 0.3;
  }

  /** The view that a portrait has: all figures whole, turned a little where there is one. */
  lookFromFront() {
    const size = this.box.getSize(new THREE.Vector3());
    const centre = this.box.getCenter(new THREE.Vector3());
    const half = Math.tan(this.camera.fov / 2 / DEGREES);
    // Of one face the hem of the jersey is cut off, of several nothing.
    const [fill, turn] = size.x > 1.5 * size.y ? [1.08, 0] : [0.88, -0.25];
    const distance = fill * Math.max(size.y, size.x / this.camera.aspect) / 2 / half + size.z / 2;
    this.controls.target.copy(centre);
    this.camera.position.set(Math.sin(turn) * distance, 0.03 * distance, Math.cos(turn) * distance).add(centre);
    Object.assign(this.camera, { near: distance / 50, far: 10 * distance });
    Object.assign(this.controls, { minDistance: 0.25 * distance, maxDistance: 3 * distance });
    this.camera.updateProjectionMatrix();
    this.controls.update();
    this.untouched = true;
    this.stale = true;
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas.parentElement;
    if (!clientWidth || !clientHeight) return;
    this.renderer.setPixelRatio(Math.min(window.devicePixelRatio || 1, 2));
    this.renderer.setSize(clientWidth, clientHeight, false);
    this.camera.aspect = clientWidth / clientHeight;
    this.camera.updateProjectionMatrix();
    this.stale = true;
  }

  /** Draws the faces at a time, where it or the view has changed. */
  draw(time) {
    this.controls.update();
    if (!this.stale && time === this.time) return;
    this.time = time;
    // A clip that has come to its end would begin again there.
    for (const action of this.actions) action.time = Math.min(time, action.getClip().duration * (1 - 1e-7));
    this.mixer.update(0);
    this.stale = false;
    this.renderer.render(this.scene, this.camera);
  }
}

/** Gives a mesh of the file a material with its own colour. */
function dress(mesh) {
  const own = mesh.material;
  const part = own.name.slice(own.name.lastIndexOf('.') + 1);
  const { wrap, skin, inMouth, ...look } = SURFACES.find(([names]) => names.test(part))[1];
  const material = new THREE.MeshPhysicalMaterial({ name: own.name, color: own.color, map: own.map, side: own.side, ...look });
  if (/^glint/.test(part)) Object.assign(material, { emissive: own.color, emissiveIntensity: 0.4 });
  mesh.castShadow = !/^(glint|iris|pupil|eye|brow|lashes)/.test(part);
  mesh.receiveShadow = true;
  // Morph targets reach farther than the mesh at rest.
  mesh.frustumCulled = false;
  if (inMouth) {
    material.vertexColors = true;
    mesh.geometry.setAttribute('color', depths(mesh.geometry.attributes.position));
  }
  material.onBeforeCompile = (shader) => {
    const replace = (stage, from, to) => { shader[stage] = shader[stage].replace(from, to); };
    replace('fragmentShader', '#include <lights_physical_pars_fragment>', wrapped(wrap, skin));
    // The inner side is the mouth's or the skull's: little light comes there.
    if (skin) replace('fragmentShader', '#include <color_fragment>', '#include <color_fragment>\nif (!gl_FrontFacing) diffuseColor.rgb *= 0.12;');
  };
  material.customProgramCacheKey = () => `${wrap} ${skin}`;
  own.dispose();
  mesh.material = material;
}

/** three.js's lighting with light that reaches past the terminator, the red of it farther where it goes through skin. */
function wrapped(wrap, skin) {
  const reach = skin ? [wrap, 0.55 * wrap, 0.4 * wrap] : [wrap, wrap, wrap];
  const vector = `vec3( ${reach.map((value) => value.toFixed(4)).join(', ')} )`;
  return THREE.ShaderChunk.lights_physical_pars_fragment.replace(
    'reflectedLight.directDiffuse += irradiance * BRDF_Lambert( material.diffuseColor );',
    `vec3 wrap = ${vector};
    vec3 softened = max( ( dot( geometryNormal, directLight.direction ) + wrap ) / ( ( 1.0 + wrap ) * ( 1.0 + wrap ) ), 0.0 );
    reflectedLight.directDiffuse += softened * directLight.color * BRDF_Lambert( material.diffuseColor );`,
  );
}

/** Light that comes through the lips to each vertex: less behind the foremost. */
function depths(position) {
  let front = -Infinity;
  for (let i = 0; i < position.count; i++) front = Math.max(front, position.getZ(i));
  const light = Float32Array.from({ length: 3 * position.count }, (_, i) => 0.6 * Math.exp((position.getZ(Math.floor(i / 3)) - front) / MOUTH));
  return new THREE.BufferAttribute(light, 3);
}

/** What smooth surfaces mirror: a dim room with a window and a lamp. */
function studio(renderer) {
  const room = new THREE.Scene();
  const panel = (colour, size, at) => {
    const mesh = new THREE.Mesh(new THREE.BoxGeometry(...size), new THREE.MeshBasicMaterial({ color: new THREE.Color(...colour), side: THREE.DoubleSide }));
    mesh.position.set(...at);
    room.add(mesh);
  };
  panel([0.32, 0.34, 0.38], [20, 20, 20], [0, 0, 0]);
  panel([9, 8.4, 7.4], [4, 4, 0.1], [-6, 5, 7]);
  panel([2.4, 2.8, 3.4], [0.1, 7, 4], [9, 1, 2]);
  panel([0.2, 0.16, 0.14], [20, 0.1, 20], [0, -7, 0]);
  const generator = new THREE.PMREMGenerator(renderer);
  const { texture } = generator.fromScene(room, 0.02);
  generator.dispose();
  return texture;
}
