using UnrealBuildTool;

/// <summary>The component, the animation node and the core, which is plain C++17.</summary>
public class Media2Face : ModuleRules
{
	public Media2Face(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;
		CppStandard = CppStandardVersion.Default;
		// The core is included as Core/….hpp.
		PrivateIncludePaths.Add(ModuleDirectory);
		PublicDependencyModuleNames.AddRange(new string[] { "Core", "CoreUObject", "Engine", "AudioMixer" });
		PrivateDependencyModuleNames.AddRange(new string[] { "Projects", "Media2FaceLibrary" });
	}
}
