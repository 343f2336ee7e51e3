#include "Media2FaceFactories.h"

#include "Media2FaceBaking.h"
#include "Media2FaceCurves.h"
#include "Media2FaceModel.h"
#include "Misc/FeedbackContext.h"

namespace
{
	/** An asset holds its bytes in an array, which counts to 2^31. */
	bool TakeBytes(TArray<uint8>& Bytes, const uint8* Buffer, const uint8* BufferEnd, FFeedbackContext* Warn, FName Name)
	{
		const int64 Size = BufferEnd - Buffer;
		if (Size > MAX_int32)
		{
			Warn->Logf(ELogVerbosity::Error, TEXT("%s is larger than 2 GB, which an asset cannot hold"), *Name.ToString());
			return false;
		}
		Bytes.Append(Buffer, static_cast<int32>(Size));
		return true;
	}
}

UMedia2FaceModelFactory::UMedia2FaceModelFactory()
{
	SupportedClass = UMedia2FaceModel::StaticClass();
	bCreateNew = false;
	bEditorImport = true;
	Formats.Add(TEXT("m2f;media2face model"));
}

UObject* UMedia2FaceModelFactory::FactoryCreateBinary(UClass* InClass, UObject* InParent, FName InName, EObjectFlags Flags, UObject*, const TCHAR*,
	const uint8*& Buffer, const uint8* BufferEnd, FFeedbackContext* Warn)
{
	UMedia2FaceModel* Model = NewObject<UMedia2FaceModel>(InParent, InClass, InName, Flags);
	FString Error;
	if (!TakeBytes(Model->Pack, Buffer, BufferEnd, Warn, InName))
	{
		return nullptr;
	}
	// A damaged pack is refused now, and not in the game.
	if (!Model->Load(Error))
	{
		Warn->Logf(ELogVerbosity::Error, TEXT("%s"), *Error);
		return nullptr;
	}
	Model->Unload();
	return Model;
}

UMedia2FaceCurvesFactory::UMedia2FaceCurvesFactory()
{
	SupportedClass = UMedia2FaceCurves::StaticClass();
	bCreateNew = false;
	bEditorImport = true;
	Formats.Add(TEXT("curves;media2face baked curves"));
}

UObject* UMedia2FaceCurvesFactory::FactoryCreateBinary(UClass* InClass, UObject* InParent, FName InName, EObjectFlags Flags, UObject*, const TCHAR*,
	const uint8*& Buffer, const uint8* BufferEnd, FFeedbackContext* Warn)
{
	UMedia2FaceCurves* Curves = NewObject<UMedia2FaceCurves>(InParent, InClass, InName, Flags);
	FString Error;
	if (!TakeBytes(Curves->Bytes, Buffer, BufferEnd, Warn, InName))
	{
		return nullptr;
	}
	if (!Media2FaceBaking::CheckCurves(Curves->Bytes, Error))
	{
		Warn->Logf(ELogVerbosity::Error, TEXT("%s: %s"), *InName.ToString(), *Error);
		return nullptr;
	}
	return Curves;
}
