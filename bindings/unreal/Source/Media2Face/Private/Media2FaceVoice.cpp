#include "Media2FaceVoice.h"

#include "HAL/PlatformTime.h"
#include "Media2FaceModule.h"

UMedia2FaceVoice::UMedia2FaceVoice(const FObjectInitializer& ObjectInitializer) : Super(ObjectInitializer)
{
	NumChannels = 1;
	bAutoActivate = false;
}

void UMedia2FaceVoice::SetPort(std::shared_ptr<FMedia2FacePort> InPort, int32 InSampleRate)
{
	Port = std::move(InPort);
	VoiceSampleRate = InSampleRate;
}

bool UMedia2FaceVoice::Init(int32& SampleRate)
{
	NumChannels = 1;
	// The mixer brings it to the rate of the device.
	SampleRate = VoiceSampleRate;
	return true;
}

int32 UMedia2FaceVoice::OnGenerateAudio(float* OutAudio, int32 NumSamples)
{
	if (Port)
	{
		Port->Port->speak(OutAudio, static_cast<std::size_t>(NumSamples), FPlatformTime::Seconds());
	}
	else
	{
		FMemory::Memzero(OutAudio, sizeof(float) * static_cast<SIZE_T>(NumSamples));
	}
	return NumSamples;
}
