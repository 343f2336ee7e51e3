// As much of UnrealBuildTool as the plugin's Build.cs files use, and a program that makes each for each platform: what a module asks for
// is printed, a line each, for the check.
using System;
using System.Collections.Generic;
using System.IO;

namespace UnrealBuildTool
{
	public class BuildException : Exception
	{
		public BuildException(string Message) : base(Message) { }
	}

	public enum UnrealTargetPlatform { Win64, Linux, Mac, Android }

	public class ReadOnlyTargetRules
	{
		public UnrealTargetPlatform Platform;
	}

	public class RuntimeDependencyList
	{
		public readonly List<string> Paths = new List<string>();
		public void Add(string InPath, string InSourcePath) { Paths.Add(InPath + " " + InSourcePath); }
	}

	public class ModuleRules
	{
		public enum ModuleType { CPlusPlus, External }
		public enum PCHUsageMode { UseExplicitOrSharedPCHs }
		public enum CppStandardVersion { Default, Cpp17 }

		public static string Folder;

		public ModuleRules(ReadOnlyTargetRules Target) { }

		public string ModuleDirectory { get { return Folder; } }
		public ModuleType Type = ModuleType.CPlusPlus;
		public PCHUsageMode PCHUsage;
		public CppStandardVersion CppStandard;
		public readonly List<string> PublicDependencyModuleNames = new List<string>();
		public readonly List<string> PrivateDependencyModuleNames = new List<string>();
		public readonly List<string> PrivateIncludePaths = new List<string>();
		public readonly List<string> PublicSystemIncludePaths = new List<string>();
		public readonly List<string> PublicAdditionalLibraries = new List<string>();
		public readonly List<string> PublicDelayLoadDLLs = new List<string>();
		public readonly List<string> PublicRuntimeLibraryPaths = new List<string>();
		public readonly RuntimeDependencyList RuntimeDependencies = new RuntimeDependencyList();
	}

	public static class Program
	{
		/// <summary>rules.exe SOURCE: the folder of the modules.</summary>
		public static int Main(string[] Words)
		{
			foreach (string Name in new[] { "Media2FaceLibrary", "Media2Face", "Media2FaceEditor" })
			{
				ModuleRules.Folder = Path.Combine(Words[0], Name);
				foreach (UnrealTargetPlatform Platform in Enum.GetValues(typeof(UnrealTargetPlatform)))
				{
					Print(Name, Platform);
				}
			}
			return 0;
		}

		static void Print(string Name, UnrealTargetPlatform Platform)
		{
			string Head = Name + " " + Platform + " ";
			try
			{
				var Rules = (ModuleRules)Activator.CreateInstance(System.Type.GetType(Name), new ReadOnlyTargetRules { Platform = Platform });
				Action<string, IEnumerable<string>> Each = (What, Values) =>
				{
					foreach (string Value in Values)
					{
						Console.WriteLine(Head + What + " " + Value);
					}
				};
				Console.WriteLine(Head + "type " + Rules.Type);
				Each("module", Rules.PublicDependencyModuleNames);
				Each("module", Rules.PrivateDependencyModuleNames);
				Each("include", Rules.PublicSystemIncludePaths);
				Each("library", Rules.PublicAdditionalLibraries);
				Each("delay", Rules.PublicDelayLoadDLLs);
				Each("stage", Rules.RuntimeDependencies.Paths);
			}
			catch (Exception Failed)
			{
				Console.WriteLine(Head + "fails " + (Failed.InnerException ?? Failed).Message);
			}
		}
	}
}
