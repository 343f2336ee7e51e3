using UnityEditor;

namespace Media2Face.Editor
{
    /// <summary>Ends the shared runtime before scripts are loaded again, so that its threads do not outlive their domain.</summary>
    [InitializeOnLoad]
    static class DomainReload
    {
        static DomainReload()
        {
            AssemblyReloadEvents.beforeAssemblyReload += FaceRuntime.ReleaseShared;
            EditorApplication.quitting += FaceRuntime.ReleaseShared;
        }
    }
}
