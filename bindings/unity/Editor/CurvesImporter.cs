using System.IO;
using UnityEngine;
#if UNITY_2020_2_OR_NEWER
using UnityEditor.AssetImporters;
#else
using UnityEditor.Experimental.AssetImporters;
#endif

namespace Media2Face.Editor
{
    /// <summary>Makes FaceCurves of a .curves file. A damaged one is told in the console, and no asset is made of it.</summary>
    [ScriptedImporter(1, "curves")]
    public sealed class CurvesImporter : ScriptedImporter
    {
        public override void OnImportAsset(AssetImportContext context)
        {
            var curves = ScriptableObject.CreateInstance<FaceCurves>();
            curves.name = Path.GetFileNameWithoutExtension(context.assetPath);
            curves.File = File.ReadAllBytes(context.assetPath);
            try
            {
                curves.Load();
            }
            catch (System.Exception failed) when (failed is InvalidDataException || failed is System.InvalidOperationException)
            {
                context.LogImportError(context.assetPath + ": " + failed.Message);
                return;
            }
            context.AddObjectToAsset("curves", curves);
            context.SetMainObject(curves);
        }
    }
}
