// What the pages of m2f draw with.
export {
  AnimationMixer, Box3, BoxGeometry, BufferAttribute, Color, DirectionalLight, DoubleSide, HemisphereLight, Mesh, MeshBasicMaterial,
  MeshPhysicalMaterial, NeutralToneMapping, PCFShadowMap, PMREMGenerator, PerspectiveCamera, Scene, ShaderChunk, Vector3, WebGLRenderer,
} from 'three';
export { OrbitControls } from 'three/addons/controls/OrbitControls.js';
export { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
