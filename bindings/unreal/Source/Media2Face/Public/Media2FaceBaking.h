#pragma once

#include "CoreMinimal.h"

class UMedia2FaceCurves;
class UMedia2FaceModel;

/** A key of a curve; between two keys it is straight. */
struct FMedia2FaceKey
{
	float TimeSeconds;
	float Value;
};

/** A curve by its name. */
struct FMedia2FaceBakedCurve
{
	FName Name;
	TArray<FMedia2FaceKey> Keys;
};

/** An animation as keys. */
struct FMedia2FaceBake
{
	TArray<FMedia2FaceBakedCurve> Curves;
	double DurationSeconds = 0;
};

/** How a sound is animated. */
struct FMedia2FaceClip
{
	/** Interleaved, -1 to 1. */
	TArray<float> Samples;
	int32 SampleRate = 48000;
	int32 NumChannels = 1;
	FString Style;
	float StyleStrength = 1;
	/** Below 0: by the sound. */
	int64 Seed = -1;
};

/** What the editor asks for. Each is false if it failed, with the library's text in OutError. */
namespace Media2FaceBaking
{
	/** Keys of baked curves, by the channels of a rig, at a rate of frames. */
	MEDIA2FACE_API bool BakeCurves(const UMedia2FaceCurves& Curves, FName Rig, double FramesPerSecond, FMedia2FaceBake& Out, FString& OutError);

	/** Animates a sound and waits for it: a second of sound takes about a twentieth of a second of one core. */
	MEDIA2FACE_API bool BakeSound(UMedia2FaceModel& Model, const FMedia2FaceClip& Clip, FName Rig, double FramesPerSecond, FMedia2FaceBake& Out, FString& OutError);

	/** Whether bytes are baked curves. */
	MEDIA2FACE_API bool CheckCurves(const TArray<uint8>& Bytes, FString& OutError);
}
