#pragma once

#include "CoreMinimal.h"
#include "Kismet/BlueprintFunctionLibrary.h"

#include "Media2FaceBakeLibrary.generated.h"

class UAnimSequence;
class UMedia2FaceCurves;
class UMedia2FaceModel;
class USkeleton;
class USoundWave;

/** Makes animation assets of baked curves and of sounds. For editor utilities and Python: unreal.Media2FaceBakeLibrary. */
UCLASS()
class MEDIA2FACEEDITOR_API UMedia2FaceBakeLibrary : public UBlueprintFunctionLibrary
{
	GENERATED_BODY()

public:
	/**
	 * An animation sequence of baked curves. AssetPath is that of the new asset, such as /Game/Voices/Greet; one that is there is replaced.
	 * nullptr with a text if it failed.
	 */
	UFUNCTION(BlueprintCallable, Category = "media2face")
	static UAnimSequence* BakeCurves(const UMedia2FaceCurves* Curves, USkeleton* Skeleton, const FString& AssetPath, FName Rig, int32 FramesPerSecond,
		FString& OutError);

	/** The same of a sound wave, which the model animates first. Seed below 0: by the sound. */
	UFUNCTION(BlueprintCallable, Category = "media2face")
	static UAnimSequence* BakeSound(UMedia2FaceModel* Model, USoundWave* Sound, const FString& Style, int32 Seed, USkeleton* Skeleton,
		const FString& AssetPath, FName Rig, int32 FramesPerSecond, FString& OutError);
};
