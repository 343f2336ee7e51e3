#include "Media2FaceModule.h"

#include "Containers/Ticker.h"
#include "HAL/PlatformProcess.h"
#include "Interfaces/IPluginManager.h"
#include "Misc/Paths.h"

DEFINE_LOG_CATEGORY(LogMedia2Face);

IMPLEMENT_MODULE(FMedia2FaceModule, Media2Face)

void FMedia2FaceModule::StartupModule()
{
	if (!FindLibrary(LibraryError))
	{
		UE_LOG(LogMedia2Face, Error, TEXT("%s"), *LibraryError);
		return;
	}
	UE_LOG(LogMedia2Face, Log, TEXT("media2face %s"), *FromUtf8(m2f_version_string()));
}

/* On Windows the library is loaded by its path before its first call, and stays; elsewhere the system has loaded it with this module. */
bool FMedia2FaceModule::FindLibrary(FString& OutError)
{
#if PLATFORM_WINDOWS
	const TSharedPtr<IPlugin> Plugin = IPluginManager::Get().FindPlugin(TEXT("Media2Face"));
	const FString Folder = Plugin.IsValid() ? FPaths::ConvertRelativePathToFull(Plugin->GetBaseDir()) : FString();
	const std::vector<std::string> Places = m2f::core::library_places(TCHAR_TO_UTF8(*Folder), "Win64");
	bool bLoaded = false;
	for (const std::string& Place : Places)
	{
		const FString Path = FromUtf8(Place.c_str());
		bLoaded = bLoaded || (FPaths::FileExists(Path) && FPlatformProcess::GetDllHandle(*Path) != nullptr);
	}
	if (!bLoaded)
	{
		OutError = FromUtf8(m2f::core::missing_library(Places, "").c_str());
		return false;
	}
#endif
	const auto Fits = m2f::core::check_library();
	if (!Fits.ok())
	{
		OutError = FromUtf8(Fits.error().what());
	}
	return Fits.ok();
}

void FMedia2FaceModule::ShutdownModule()
{
	FTSTicker::GetCoreTicker().RemoveTicker(Ticker);
	// The library stays: assets with models may be destroyed after this module.
	Runtime.reset();
}

FMedia2FaceModule& FMedia2FaceModule::Get()
{
	return FModuleManager::LoadModuleChecked<FMedia2FaceModule>(TEXT("Media2Face"));
}

const m2f::Runtime* FMedia2FaceModule::GetRuntime(FString& OutError)
{
	if (Runtime)
	{
		return &*Runtime;
	}
	if (!LibraryError.IsEmpty())
	{
		OutError = LibraryError;
		return nullptr;
	}
	auto Made = m2f::Runtime::create();
	if (!Made.ok())
	{
		OutError = FromUtf8(Made.error().what());
		return nullptr;
	}
	Runtime.emplace(std::move(Made).value());
	Ticker = FTSTicker::GetCoreTicker().AddTicker(FTickerDelegate::CreateRaw(this, &FMedia2FaceModule::TellLog), 0.5f);
	return &*Runtime;
}

/* Messages wait until they are asked for: the library calls nothing from its own threads. */
bool FMedia2FaceModule::TellLog(float)
{
	while (Runtime)
	{
		const auto Message = Runtime->next_log();
		if (!Message.ok() || !Message.value())
		{
			break;
		}
		const FString Text = FromUtf8(Message.value()->text.c_str());
		if (Message.value()->level == M2F_LOG_ERROR)
		{
			UE_LOG(LogMedia2Face, Error, TEXT("%s"), *Text);
		}
		else if (Message.value()->level == M2F_LOG_WARNING)
		{
			UE_LOG(LogMedia2Face, Warning, TEXT("%s"), *Text);
		}
		else
		{
			UE_LOG(LogMedia2Face, Log, TEXT("%s"), *Text);
		}
	}
	return true;
}
