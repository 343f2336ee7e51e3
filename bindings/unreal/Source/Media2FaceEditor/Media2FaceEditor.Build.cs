using UnrealBuildTool;

/// <summary>Importers, the node of animation graphs, and the bake.</summary>
public class Media2FaceEditor : ModuleRules
{
	public Media2FaceEditor(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;
		PublicDependencyModuleNames.AddRange(new string[] { "Core", "CoreUObject", "Engine", "AnimGraph", "Media2Face" });
		PrivateDependencyModuleNames.AddRange(new string[] { "UnrealEd", "BlueprintGraph", "AssetRegistry" });
	}
}
