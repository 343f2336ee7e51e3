#pragma once

#include "CoreMinimal.h"
#include "UObject/Object.h"

#include "Media2FaceCurves.generated.h"

/** Curves that `m2f bake` or `m2f animate --emit curves` wrote, as an asset. They are played without a model. */
UCLASS(BlueprintType)
class MEDIA2FACE_API UMedia2FaceCurves : public UObject
{
	GENERATED_BODY()

public:
	/** The file's bytes. */
	UPROPERTY()
	TArray<uint8> Bytes;
};
