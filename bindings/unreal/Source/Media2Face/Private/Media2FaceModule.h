#pragma once

#include "CoreMinimal.h"
#include "Modules/ModuleManager.h"

#include "Containers/Ticker.h"
#include "Core/baked.hpp"
#include "Core/performer.hpp"

DECLARE_LOG_CATEGORY_EXTERN(LogMedia2Face, Log, All);

/** What the loaded networks are: the core's model, under a name that headers of the engine layer can declare. */
struct FMedia2FaceLoadedModel
{
	m2f::Model Model;
};

/** Where the audio render thread meets a character, and its core. */
struct FMedia2FacePort
{
	std::shared_ptr<m2f::core::AudioPort> Port;
};

/** A character's core. */
struct FMedia2FaceCharacter
{
	m2f::core::Performer Performer;

	explicit FMedia2FaceCharacter(const m2f::core::Rig& Rig) : Performer(Rig) {}
};

/** Text of the core and the library, which is UTF-8. */
inline FString FromUtf8(const char* Text)
{
	return FString(UTF8_TO_TCHAR(Text));
}

/** Loads the library, checks its version, and keeps the one runtime of the process. */
class FMedia2FaceModule : public IModuleInterface
{
public:
	virtual void StartupModule() override;
	virtual void ShutdownModule() override;

	static FMedia2FaceModule& Get();

	/** The runtime, which the first caller makes; nullptr with a text if the library is missing, or of another version. */
	const m2f::Runtime* GetRuntime(FString& OutError);

private:
	bool FindLibrary(FString& OutError);
	bool TellLog(float DeltaTime);

	FString LibraryError;
	std::optional<m2f::Runtime> Runtime;
	FTSTicker::FDelegateHandle Ticker;
};
