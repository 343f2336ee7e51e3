using System.IO;
using UnrealBuildTool;

/// <summary>
/// The library as its archives have it: unpack media2face-VERSION-TARGET into the folder TARGET beside this file, so that
/// TARGET/include, TARGET/lib and, for Windows, TARGET/bin are there.
/// </summary>
public class Media2FaceLibrary : ModuleRules
{
	public Media2FaceLibrary(ReadOnlyTargetRules Target) : base(Target)
	{
		Type = ModuleType.External;
		if (Target.Platform == UnrealTargetPlatform.Win64)
		{
			string Archive = Find("x86_64-pc-windows-gnu");
			PublicAdditionalLibraries.Add(Path.Combine(Archive, "lib", "media2face.lib"));
			// The module of the plugin loads it by its path, so that it can say where it looked.
			PublicDelayLoadDLLs.Add("media2face.dll");
			Stage(Archive, "bin", "media2face.dll", "Win64");
		}
		else if (Target.Platform == UnrealTargetPlatform.Linux)
		{
			string Archive = Find("x86_64-unknown-linux-gnu");
			PublicAdditionalLibraries.Add(Path.Combine(Archive, "lib", "libmedia2face.so"));
			PublicRuntimeLibraryPaths.Add("$(PluginDir)/Binaries/ThirdParty/Media2FaceLibrary/Linux");
			Stage(Archive, "lib", "libmedia2face.so.0", "Linux");
		}
		else if (Target.Platform == UnrealTargetPlatform.Mac)
		{
			string Archive = Find("aarch64-apple-darwin");
			PublicAdditionalLibraries.Add(Path.Combine(Archive, "lib", "libmedia2face.dylib"));
			PublicRuntimeLibraryPaths.Add("$(PluginDir)/Binaries/ThirdParty/Media2FaceLibrary/Mac");
			Stage(Archive, "lib", "libmedia2face.0.dylib", "Mac");
		}
		else
		{
			throw new BuildException("media2face has no library for " + Target.Platform);
		}
	}

	/// <summary>The unpacked archive, whose headers are used.</summary>
	private string Find(string Triple)
	{
		string Archive = Path.Combine(ModuleDirectory, Triple);
		string Header = Path.Combine(Archive, "include", "media2face.hpp");
		if (!File.Exists(Header))
		{
			throw new BuildException("media2face: there is no " + Header + ". Unpack the archive for " + Triple + " into " + Archive +
				", as the plugin's README says");
		}
		PublicSystemIncludePaths.Add(Path.Combine(Archive, "include"));
		return Archive;
	}

	/// <summary>Copies the shared library to the plugin's binaries, which are packaged with a game.</summary>
	private void Stage(string Archive, string Folder, string Name, string Platform)
	{
		RuntimeDependencies.Add("$(PluginDir)/Binaries/ThirdParty/Media2FaceLibrary/" + Platform + "/" + Name,
			Path.Combine(Archive, Folder, Name));
	}
}
