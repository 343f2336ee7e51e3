#include "AnimNode_Media2Face.h"

#include "Animation/AnimInstance.h"
#include "GameFramework/Actor.h"
#include "Media2FaceComponent.h"

namespace
{
	/** Behind the rig's channels: HeadYaw to RightEyeRoll. */
	constexpr int32 AngleCount = 9;
}

void FAnimNode_Media2Face::Initialize_AnyThread(const FAnimationInitializeContext& Context)
{
	FAnimNode_Base::Initialize_AnyThread(Context);
	Source.Initialize(Context);
}

void FAnimNode_Media2Face::CacheBones_AnyThread(const FAnimationCacheBonesContext& Context)
{
	Source.CacheBones(Context);
}

void FAnimNode_Media2Face::Update_AnyThread(const FAnimationUpdateContext& Context)
{
	GetEvaluateGraphExposedInputs().Execute(Context);
	Source.Update(Context);
}

void FAnimNode_Media2Face::PreUpdate(const UAnimInstance* InAnimInstance)
{
	if (!Component.IsValid())
	{
		const AActor* Owner = InAnimInstance->GetOwningActor();
		Component = Owner ? Owner->FindComponentByClass<UMedia2FaceComponent>() : nullptr;
	}
	const UMedia2FaceComponent* Face = Component.Get();
	if (Face == nullptr)
	{
		Names.Reset();
		Values.Reset();
		return;
	}
	// Arrays of the same size: after the first frame this takes no memory.
	Names = Face->GetCurveNames();
	Values = Face->GetCurveValues();
}

void FAnimNode_Media2Face::Evaluate_AnyThread(FPoseContext& Output)
{
	Source.Evaluate(Output);
	const int32 Count = FMath::Max(bAngles ? Names.Num() : Names.Num() - AngleCount, 0);
	const float Share = FMath::Clamp(Alpha, 0.0f, 1.0f);
	for (int32 At = 0; At < Count && Share > 0; At++)
	{
		const float Before = Share < 1 ? Output.Curve.Get(Names[At]) : 0;
		Output.Curve.Set(Names[At], Before + (Values[At] - Before) * Share);
	}
}

void FAnimNode_Media2Face::GatherDebugData(FNodeDebugData& DebugData)
{
	DebugData.AddDebugItem(FString::Printf(TEXT("media2face: %d curves"), Names.Num()));
	Source.GatherDebugData(DebugData);
}
