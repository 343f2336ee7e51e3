#include "Media2FaceBakeLibrary.h"

#include "Animation/AnimData/CurveIdentifier.h"
#include "Animation/AnimData/IAnimationDataController.h"
#include "Animation/AnimSequence.h"
#include "Animation/Skeleton.h"
#include "AssetRegistry/AssetRegistryModule.h"
#include "Curves/RichCurve.h"
#include "Media2FaceBaking.h"
#include "Misc/FrameRate.h"
#include "Misc/PackageName.h"
#include "Sound/SoundWave.h"
#include "UObject/Package.h"

#define LOCTEXT_NAMESPACE "Media2Face"

namespace
{
	/** An asset at a path, for curves of a skeleton. */
	UAnimSequence* MakeSequence(const FMedia2FaceBake& Bake, USkeleton* Skeleton, const FString& AssetPath, int32 FramesPerSecond, FString& OutError)
	{
		if (Skeleton == nullptr || !FPackageName::IsValidLongPackageName(AssetPath))
		{
			OutError = FString::Printf(TEXT("a bake needs a skeleton and a path such as /Game/Voices/Greet, not \"%s\""), *AssetPath);
			return nullptr;
		}
		UPackage* Package = CreatePackage(*AssetPath);
		UAnimSequence* Sequence = NewObject<UAnimSequence>(Package, FName(*FPackageName::GetLongPackageAssetName(AssetPath)), RF_Public | RF_Standalone);
		Sequence->SetSkeleton(Skeleton);
		IAnimationDataController& Controller = Sequence->GetController();
		Controller.OpenBracket(LOCTEXT("Bake", "media2face bake"), false);
		Controller.InitializeModel();
		Controller.SetFrameRate(FFrameRate(FramesPerSecond, 1), false);
		Controller.SetNumberOfFrames(FFrameNumber(FMath::Max(FMath::RoundToInt32(Bake.DurationSeconds * FramesPerSecond), 1)), false);
		for (const FMedia2FaceBakedCurve& Curve : Bake.Curves)
		{
			TArray<FRichCurveKey> Keys;
			Keys.Reserve(Curve.Keys.Num());
			for (const FMedia2FaceKey& Key : Curve.Keys)
			{
				FRichCurveKey& Own = Keys.Add_GetRef(FRichCurveKey(Key.TimeSeconds, Key.Value));
				Own.InterpMode = RCIM_Linear;
			}
			const FAnimationCurveIdentifier Identifier(Curve.Name, ERawCurveTrackTypes::RCT_Float);
			Controller.AddCurve(Identifier, AACF_DefaultCurve, false);
			Controller.SetCurveKeys(Identifier, Keys, false);
		}
		Controller.NotifyPopulated();
		Controller.CloseBracket(false);
		FAssetRegistryModule::AssetCreated(Sequence);
		Package->MarkPackageDirty();
		return Sequence;
	}

	/** Sound as it was imported: 16 bits, interleaved. */
	bool ReadSound(USoundWave& Sound, FMedia2FaceClip& Clip, FString& OutError)
	{
		TArray<uint8> Bytes;
		uint32 SampleRate = 0;
		uint16 NumChannels = 0;
		if (!Sound.GetImportedSoundWaveData(Bytes, SampleRate, NumChannels) || NumChannels == 0)
		{
			OutError = Sound.GetName() + TEXT(" has no imported sound any more: import it again");
			return false;
		}
		Clip.SampleRate = static_cast<int32>(SampleRate);
		Clip.NumChannels = NumChannels;
		const int32 Count = Bytes.Num() / 2 / NumChannels * NumChannels;
		Clip.Samples.SetNumUninitialized(Count);
		for (int32 At = 0; At < Count; At++)
		{
			Clip.Samples[At] = static_cast<float>(static_cast<int16>(Bytes[At * 2] | Bytes[At * 2 + 1] << 8)) / 32768.0f;
		}
		return true;
	}
}

UAnimSequence* UMedia2FaceBakeLibrary::BakeCurves(const UMedia2FaceCurves* Curves, USkeleton* Skeleton, const FString& AssetPath, FName Rig,
	int32 FramesPerSecond, FString& OutError)
{
	FMedia2FaceBake Bake;
	if (Curves == nullptr)
	{
		OutError = TEXT("a bake without curves");
		return nullptr;
	}
	return Media2FaceBaking::BakeCurves(*Curves, Rig, FramesPerSecond, Bake, OutError) ? MakeSequence(Bake, Skeleton, AssetPath, FramesPerSecond, OutError)
		: nullptr;
}

UAnimSequence* UMedia2FaceBakeLibrary::BakeSound(UMedia2FaceModel* Model, USoundWave* Sound, const FString& Style, int32 Seed, USkeleton* Skeleton,
	const FString& AssetPath, FName Rig, int32 FramesPerSecond, FString& OutError)
{
	FMedia2FaceBake Bake;
	FMedia2FaceClip Clip;
	if (Model == nullptr || Sound == nullptr)
	{
		OutError = TEXT("a bake needs a model and a sound");
		return nullptr;
	}
	Clip.Style = Style;
	Clip.Seed = Seed;
	if (!ReadSound(*Sound, Clip, OutError) || !Media2FaceBaking::BakeSound(*Model, Clip, Rig, FramesPerSecond, Bake, OutError))
	{
		return nullptr;
	}
	return MakeSequence(Bake, Skeleton, AssetPath, FramesPerSecond, OutError);
}

#undef LOCTEXT_NAMESPACE
