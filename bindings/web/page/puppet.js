// The face of the page: what Stage draws, moved by weights and a head pose instead of an animation of the file.

class Puppet {
  /** @param eyeRangeRad how far a look weight of 1 turns an eye: in, out, up, down. */
  constructor(canvas, weightNames, eyeRangeRad) {
    this.stage = new Stage(canvas);
    this.weightNames = weightNames;
    this.eyeRangeRad = eyeRangeRad;
    this.shown = 0;
  }

  async load(glb) {
    const gltf = await new THREE.GLTFLoader().parseAsync(glb.buffer, '');
    gltf.animations.length = 0;
    this.meshes = [];
    gltf.scene.traverse((node) => {
      if (!node.isMesh || !node.morphTargetInfluences) return;
      const places = this.weightNames.map((name) => node.morphTargetDictionary[name] ?? -1);
      this.meshes.push({ influences: node.morphTargetInfluences, places });
    });
    this.head = gltf.scene.getObjectByName('head');
    this.rest = this.head.position.clone();
    this.eyes = ['left', 'right'].map((side) => gltf.scene.getObjectByName(`eye_${side}`)).filter(Boolean);
    this.stage.take(gltf);
  }

  /** Shows weights, and a head: quaternion x, y, z, w, then mm. */
  show(weights, head) {
    for (const { influences, places } of this.meshes) {
      places.forEach((place, at) => {
        if (place >= 0) influences[place] = weights[at];
      });
    }
    this.head.quaternion.set(head[0], head[1], head[2], head[3]);
    this.head.position.set(head[4], head[5], head[6]).multiplyScalar(1e-3).add(this.rest);
    this.eyes.forEach((eye, side) => this.turn(eye, weights, side === 0 ? 'Left' : 'Right'));
    this.stage.stale = true;
    this.shown += 1;
  }

  /** Turns an eye by its look weights, about one axis, as src/signal/eyes.rs does. */
  turn(eye, weights, side) {
    const [inRad, outRad, upRad, downRad] = this.eyeRangeRad;
    const weight = (name) => weights[this.weightNames.indexOf(`eyeLook${name}${side}`)] ?? 0;
    const inwards = weight('In') * inRad - weight('Out') * outRad;
    // A left eye looks to the character's right when it looks inwards.
    const yaw = side === 'Left' ? -inwards : inwards;
    const pitch = weight('Down') * downRad - weight('Up') * upRad;
    const angle = Math.hypot(yaw, pitch);
    const axis = angle > 0 ? new THREE.Vector3(pitch / angle, yaw / angle, 0) : new THREE.Vector3(0, 1, 0);
    eye.quaternion.setFromAxisAngle(axis, angle);
  }

  draw() {
    this.stage.draw(this.shown);
  }
}
