#pragma once

#include "CoreMinimal.h"
#include "UObject/Object.h"

#include <memory>

#include "Media2FaceModel.generated.h"

struct FMedia2FaceLoadedModel;

/** A model pack (.m2f) as an asset. Its networks are loaded once, for all characters. */
UCLASS(BlueprintType)
class MEDIA2FACE_API UMedia2FaceModel : public UObject
{
	GENERATED_BODY()

public:
	/** The pack's bytes, as they were imported. */
	UPROPERTY()
	TArray<uint8> Pack;

	/**
	 * Loads the model, if it is not loaded: a tenth of a second, on the game thread. False if it cannot be; OutError then has the
	 * library's text.
	 */
	UFUNCTION(BlueprintCallable, Category = "media2face")
	bool Load(FString& OutError);

	/** Lets the networks go. Characters that use them keep them. */
	UFUNCTION(BlueprintCallable, Category = "media2face")
	void Unload();

	virtual void BeginDestroy() override;

	/** The loaded model, for this module; nullptr before Load. */
	std::shared_ptr<const FMedia2FaceLoadedModel> GetLoaded() const;

private:
	std::shared_ptr<const FMedia2FaceLoadedModel> Loaded;
};
