using System.IO;
using UnityEngine;
#if UNITY_2020_2_OR_NEWER
using UnityEditor.AssetImporters;
#else
using UnityEditor.Experimental.AssetImporters;
#endif

namespace Media2Face.Editor
{
    /// <summary>Makes a Media2FaceModel of an .m2f file, with the face finder of the same folder. The library checks the packs when
    /// they are loaded.</summary>
    [ScriptedImporter(2, "m2f")]
    public sealed class ModelImporter : ScriptedImporter
    {
        const string FaceFinder = "face-finder.m2f";

        public override void OnImportAsset(AssetImportContext context)
        {
            var model = ScriptableObject.CreateInstance<Media2FaceModel>();
            model.name = Path.GetFileNameWithoutExtension(context.assetPath);
            model.Pack = File.ReadAllBytes(context.assetPath);
            string finder = Path.GetDirectoryName(context.assetPath) + "/" + FaceFinder;
            if (Path.GetFileName(context.assetPath) != FaceFinder)
            {
                // Imported again when it comes, changes or goes.
                context.DependsOnSourceAsset(finder);
                if (File.Exists(finder)) model.FaceFinder = File.ReadAllBytes(finder);
            }
            context.AddObjectToAsset("model", model);
            context.SetMainObject(model);
        }
    }
}
