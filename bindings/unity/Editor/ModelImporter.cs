using System.IO;
using UnityEngine;
#if UNITY_2020_2_OR_NEWER
using UnityEditor.AssetImporters;
#else
using UnityEditor.Experimental.AssetImporters;
#endif

namespace Media2Face.Editor
{
    /// <summary>Makes a Media2FaceModel of an .m2f file. The library checks the pack when it is loaded.</summary>
    [ScriptedImporter(1, "m2f")]
    public sealed class ModelImporter : ScriptedImporter
    {
        public override void OnImportAsset(AssetImportContext context)
        {
            var model = ScriptableObject.CreateInstance<Media2FaceModel>();
            model.name = Path.GetFileNameWithoutExtension(context.assetPath);
            model.Pack = File.ReadAllBytes(context.assetPath);
            context.AddObjectToAsset("model", model);
            context.SetMainObject(model);
        }
    }
}
