#pragma once

#include "CoreMinimal.h"
#include "Factories/Factory.h"

#include "Media2FaceFactories.generated.h"

/** Imports model packs: .m2f. */
UCLASS()
class MEDIA2FACEEDITOR_API UMedia2FaceModelFactory : public UFactory
{
	GENERATED_BODY()

public:
	UMedia2FaceModelFactory();

	virtual UObject* FactoryCreateBinary(UClass* InClass, UObject* InParent, FName InName, EObjectFlags Flags, UObject* Context, const TCHAR* Type,
		const uint8*& Buffer, const uint8* BufferEnd, FFeedbackContext* Warn) override;
};

/** Imports baked curves: .curves. */
UCLASS()
class MEDIA2FACEEDITOR_API UMedia2FaceCurvesFactory : public UFactory
{
	GENERATED_BODY()

public:
	UMedia2FaceCurvesFactory();

	virtual UObject* FactoryCreateBinary(UClass* InClass, UObject* InParent, FName InName, EObjectFlags Flags, UObject* Context, const TCHAR* Type,
		const uint8*& Buffer, const uint8* BufferEnd, FFeedbackContext* Warn) override;
};
