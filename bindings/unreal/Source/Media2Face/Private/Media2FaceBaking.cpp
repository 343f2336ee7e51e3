#include "Media2FaceBaking.h"

#include "Core/bake.hpp"
#include "Core/baked.hpp"
#include "Media2FaceCurves.h"
#include "Media2FaceModel.h"
#include "Media2FaceModule.h"

namespace
{
	bool Says(FString& OutError, const m2f::Error& Error)
	{
		OutError = FromUtf8(Error.what());
		return false;
	}

	bool BakeTrack(const m2f::core::Track& Track, FName Rig, double FramesPerSecond, FMedia2FaceBake& Out, FString& OutError)
	{
		const m2f::core::Rig* Found = m2f::core::find_rig(TCHAR_TO_UTF8(*Rig.ToString()));
		if (Found == nullptr)
		{
			OutError = FString::Printf(TEXT("there is no rig %s"), *Rig.ToString());
			return false;
		}
		const auto Curves = m2f::core::bake(Track, *Found, FramesPerSecond);
		if (!Curves.ok())
		{
			return Says(OutError, Curves.error());
		}
		Out.DurationSeconds = Track.duration_s();
		Out.Curves.Reset();
		for (const m2f::core::Curve& Curve : Curves.value())
		{
			FMedia2FaceBakedCurve& Baked = Out.Curves.AddDefaulted_GetRef();
			Baked.Name = FName(UTF8_TO_TCHAR(Curve.name.c_str()));
			Baked.Keys.Reserve(static_cast<int32>(Curve.keys.size()));
			for (const m2f::core::Key& Key : Curve.keys)
			{
				Baked.Keys.Add(FMedia2FaceKey{Key.time_s, Key.value});
			}
		}
		return true;
	}
}

bool Media2FaceBaking::CheckCurves(const TArray<uint8>& Bytes, FString& OutError)
{
	const auto Track = m2f::core::BakedTrack::read(Bytes.GetData(), static_cast<std::size_t>(Bytes.Num()));
	return Track.ok() || Says(OutError, Track.error());
}

bool Media2FaceBaking::BakeCurves(const UMedia2FaceCurves& Curves, FName Rig, double FramesPerSecond, FMedia2FaceBake& Out, FString& OutError)
{
	const auto Track = m2f::core::BakedTrack::read(Curves.Bytes.GetData(), static_cast<std::size_t>(Curves.Bytes.Num()));
	return Track.ok() ? BakeTrack(*Track.value(), Rig, FramesPerSecond, Out, OutError) : Says(OutError, Track.error());
}

bool Media2FaceBaking::BakeSound(UMedia2FaceModel& Model, const FMedia2FaceClip& Clip, FName Rig, double FramesPerSecond, FMedia2FaceBake& Out, FString& OutError)
{
	if (!Model.Load(OutError))
	{
		return false;
	}
	m2f::core::ClipOptions Options;
	Options.style = TCHAR_TO_UTF8(*Clip.Style);
	Options.style_strength = Clip.StyleStrength;
	Options.seed = Clip.Seed < 0 ? M2F_SEED_AUTO : static_cast<uint64>(Clip.Seed);
	const auto Job = m2f::core::ClipJob::begin(Model.GetLoaded()->Model,
		m2f::Span<const float>(Clip.Samples.GetData(), static_cast<std::size_t>(Clip.Samples.Num())), static_cast<uint32>(FMath::Max(Clip.SampleRate, 0)),
		static_cast<uint32>(FMath::Max(Clip.NumChannels, 0)), Options);
	if (!Job.ok())
	{
		return Says(OutError, Job.error());
	}
	const auto Done = Job.value()->poll(M2F_WAIT_FOREVER);
	if (!Done.ok())
	{
		return Says(OutError, Done.error());
	}
	const auto Track = Job.value()->take();
	return Track.ok() ? BakeTrack(*Track.value(), Rig, FramesPerSecond, Out, OutError) : Says(OutError, Track.error());
}
